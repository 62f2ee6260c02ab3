from a import load

load()

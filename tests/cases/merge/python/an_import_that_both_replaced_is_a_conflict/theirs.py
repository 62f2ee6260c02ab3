from c import load

load()

from b import load

load()

import sys

if sys.platform == "linux":
    import chardet

print(sys)

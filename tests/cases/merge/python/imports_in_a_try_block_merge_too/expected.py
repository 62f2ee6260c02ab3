try:
    from a import b, c, d
except ImportError:
    b = None

try:
    from a import b, c
except ImportError:
    b = None

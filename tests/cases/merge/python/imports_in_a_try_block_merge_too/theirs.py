try:
    from a import b, d
except ImportError:
    b = None

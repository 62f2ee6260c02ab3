try:
    from a import b
except ImportError:
    b = None

def b():
    return 1


def a(x):
    """Doc."""
    y = x + 1
    return y


def z():
    return "z"

def a(x):
    """Doc."""
    y = x + 1
    return y


def z():
    return "z"


def b():
    return 2

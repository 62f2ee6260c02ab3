def a(x):
    """Doc."""
    y = x + 1
    return y


def b():
    return "b"


def c():
    return "c"

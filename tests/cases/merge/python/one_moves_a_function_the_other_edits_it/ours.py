def a(x):
    """Doc."""
    y = x + 1
    return y


def c():
    return "c"


def d():
    return "d"


def b():
    return "b"

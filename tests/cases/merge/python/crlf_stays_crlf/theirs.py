def a(x):
    """Doc."""
    y = x + 1
    return y


def n():
    return "n"


def c():
    return "c"

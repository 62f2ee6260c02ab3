def a(x):
    """Doc."""
    y = x + 1
    return y


def b():
    return 2


def c():
    return 3

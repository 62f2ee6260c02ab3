def a(x):
    """Doc."""
    y = x + 1
    return y


def c():
    return "c"

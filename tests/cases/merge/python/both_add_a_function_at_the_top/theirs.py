def q():
    return 2


def a(x):
    """Doc."""
    y = x + 1
    return y

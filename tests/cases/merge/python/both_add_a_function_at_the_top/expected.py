def p():
    return 1


def q():
    return 2


def a(x):
    """Doc."""
    y = x + 1
    return y

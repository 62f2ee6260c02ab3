def a(x):
    """Doc."""
    y = x + 1
    return y


def m():
    return "m"


def n():
    return "n"

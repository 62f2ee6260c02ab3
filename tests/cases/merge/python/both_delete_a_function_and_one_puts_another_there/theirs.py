def a(x):
    """Doc."""
    y = x + 1
    return y


if x:
    def b():
        return "b"


def c():
    return "c"

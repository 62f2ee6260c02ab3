def a(x):
    """Doc."""
    y = x + 1
    return y


# first
@cached
def b():
    return 1


# second
@cached
@traced
def c():
    return 2

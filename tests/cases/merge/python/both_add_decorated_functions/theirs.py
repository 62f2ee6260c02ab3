def a(x):
    """Doc."""
    y = x + 1
    return y


# second
@cached
@traced
def c():
    return 2

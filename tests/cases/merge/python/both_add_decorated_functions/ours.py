def a(x):
    """Doc."""
    y = x + 1
    return y


# first
@cached
def b():
    return 1

def a(x):
    """Doc."""
    y = x + 1
    return y


# more about b
def b():
    return 1

def a(x):
    """Doc."""
    y = x + 1
    return y


class B:
    x = 1

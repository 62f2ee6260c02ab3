def a(x):
    """Doc."""
    y = x + 1
    return y


class C:
    y = 2

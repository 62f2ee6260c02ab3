def a(x):
    """Doc."""
    y = x + 1
    return y


def b():
    return "b"


# --- section ---


def n():
    return 0


def z():
    pass

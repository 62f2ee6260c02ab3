def a(x):
    """Doc."""
    y = x + 1
    return y


# --- section ---


def n():
    return 0


def z():
    pass

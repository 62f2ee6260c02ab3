def a(x):
    """Doc."""
    y = x + 1
    return y


# --- section ---


def z():
    pass

def a(x):
    """Doc."""
    y = x + 1
    return y


def b():
<<<<<<< ours
    return 1
=======
    return 2
>>>>>>> theirs

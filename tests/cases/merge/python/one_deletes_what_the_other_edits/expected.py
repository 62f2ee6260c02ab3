def a(x):
    """Doc."""
    y = x + 1
    return y


<<<<<<< ours
=======
def b():
    return 2
>>>>>>> theirs


def c():
    return 3

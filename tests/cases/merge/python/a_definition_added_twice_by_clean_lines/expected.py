<<<<<<< ours
def b():
    return 1
=======
def b():
    return 2
>>>>>>> theirs


def a(x):
    """Doc."""
    y = x + 1
    return y


def m():
    return "m"


def n():
    return "n"


def c():
    return 3

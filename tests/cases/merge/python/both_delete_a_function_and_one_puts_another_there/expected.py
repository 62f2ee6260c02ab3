def a(x):
    """Doc."""
    y = x + 1
    return y


<<<<<<< ours
=======
if x:
    def b():
        return "b"
>>>>>>> theirs


def c():
    return "c"

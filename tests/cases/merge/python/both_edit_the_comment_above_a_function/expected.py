<<<<<<< ours
# about A
=======
# on a
>>>>>>> theirs
def a(x):
    """Doc."""
    y = x + 1
    return y

def f():
    """One.

<<<<<<< ours
    Two!
=======
    Two?
>>>>>>> theirs
    """
    return 1

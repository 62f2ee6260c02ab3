def f():
    """One!

    Two.

    Three!
    """
    return 1

<<<<<<< ours
def alpha(one):
    for x in one:
        yield x
=======
def beta(*two):
    raise ValueError(two)
>>>>>>> theirs


def g():
    return 2

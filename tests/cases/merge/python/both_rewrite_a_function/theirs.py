def beta(*two):
    raise ValueError(two)


def g():
    return 2

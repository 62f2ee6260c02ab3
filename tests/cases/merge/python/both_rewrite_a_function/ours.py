def alpha(one):
    for x in one:
        yield x


def g():
    return 2

from a import (
    b,
    c,
)


def f():
    return 1


def g():
    return c()


def h():
    return b(2)

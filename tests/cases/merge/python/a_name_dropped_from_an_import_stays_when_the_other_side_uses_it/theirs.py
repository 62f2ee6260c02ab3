from a import (
    b,
    c,
)


def f():
    return b()


def g():
    return c()


def h():
    return b(2)

from a import (
    b,
    c,
)


def f():
    return b()


def g():
    return c()

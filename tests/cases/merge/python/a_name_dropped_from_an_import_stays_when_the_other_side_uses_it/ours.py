from a import (
    c,
)


def f():
    return 1


def g():
    return c()

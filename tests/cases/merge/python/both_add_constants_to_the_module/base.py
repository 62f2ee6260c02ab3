import os

A = 1


def f():
    pass

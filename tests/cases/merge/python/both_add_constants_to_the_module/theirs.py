import os

A = 1
C = "c"


def f():
    pass

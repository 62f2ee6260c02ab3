import os

A = 1
B = "b"
C = "c"


def f():
    pass

import os

A = 1
B = "b"


def f():
    pass

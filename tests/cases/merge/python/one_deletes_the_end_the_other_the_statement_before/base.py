import os


def a():
    return os


X = 1

Y = 2

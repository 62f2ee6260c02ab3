import os


def a():
    return os


Y = 2

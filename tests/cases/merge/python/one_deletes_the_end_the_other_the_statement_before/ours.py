import os


def a():
    return os


X = 1

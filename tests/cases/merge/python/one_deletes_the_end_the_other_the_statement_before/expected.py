import os


def a():
    return os

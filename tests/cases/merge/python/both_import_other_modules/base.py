import os


def use():
    return os

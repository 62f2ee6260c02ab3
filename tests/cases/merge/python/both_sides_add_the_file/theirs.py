import sys


def b():
    return sys

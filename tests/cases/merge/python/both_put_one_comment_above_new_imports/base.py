import os


def show(item):
    print(item, os.linesep)

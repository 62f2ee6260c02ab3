import os

# Of the shop.
import basket
import taxes


def show(item):
    print(item, os.linesep)

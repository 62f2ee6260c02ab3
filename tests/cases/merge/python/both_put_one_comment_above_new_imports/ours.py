import os

# Of the shop.
import basket
from prices import cost


def show(item):
    print(item, os.linesep, cost(item))

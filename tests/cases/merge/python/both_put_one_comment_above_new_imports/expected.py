import os

# Of the shop.
import basket
from prices import cost
import taxes


def show(item):
    print(item, os.linesep, cost(item))

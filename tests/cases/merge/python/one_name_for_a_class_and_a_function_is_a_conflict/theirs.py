"""The shop."""

import os


def price(item):
    return item.cost * (1 + 0.2)


def show(item):
    print(item.name, os.linesep)


def total(items):
    return sum(map(price, items))


def Basket(items):
    return list(items)

import os
import sys


def use():
    return os

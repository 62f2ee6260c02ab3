import os
import zlib


def use():
    return os

import os
import sys
import zlib


def use():
    return os

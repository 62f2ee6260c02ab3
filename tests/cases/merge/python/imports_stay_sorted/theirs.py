import os
import re
import zlib


def use():
    return os

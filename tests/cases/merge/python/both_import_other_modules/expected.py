import os
import re
import sys


def use():
    return os

import os
import re


def use():
    return os

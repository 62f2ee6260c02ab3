<<<<<<< ours
import os


def a():
    return os
=======
import sys


def b():
    return sys
>>>>>>> theirs

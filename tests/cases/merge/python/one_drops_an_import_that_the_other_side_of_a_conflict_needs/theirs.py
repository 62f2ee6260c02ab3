import json
import os


def where(name):
    return os.path.join("/var", name)

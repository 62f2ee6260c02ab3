import json
import os


def where(name):
    return os.path.join("/srv", name)

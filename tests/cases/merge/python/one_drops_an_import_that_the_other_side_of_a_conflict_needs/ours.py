import json


def where(name):
    return f"/srv/{name}"

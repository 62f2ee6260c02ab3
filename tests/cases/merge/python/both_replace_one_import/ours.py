import json
import requests


def load(text):
    return json.loads(text)


def ask(host):
    return httplib.HTTPConnection(host)

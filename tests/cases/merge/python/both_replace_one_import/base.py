import json
import httplib


def load(text):
    return json.loads(text)


def ask(host):
    return httplib.HTTPConnection(host)

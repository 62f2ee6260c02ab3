import json
import urllib3


def load(text):
    return json.loads(text)


def ask(host):
    return httplib.HTTPConnection(host)

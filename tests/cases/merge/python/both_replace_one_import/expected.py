import json
<<<<<<< ours
import requests
=======
import urllib3
>>>>>>> theirs


def load(text):
    return json.loads(text)


def ask(host):
    return httplib.HTTPConnection(host)

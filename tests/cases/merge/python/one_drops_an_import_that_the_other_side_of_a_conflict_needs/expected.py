import json
import os


def where(name):
<<<<<<< ours
    return f"/srv/{name}"
=======
    return os.path.join("/var", name)
>>>>>>> theirs

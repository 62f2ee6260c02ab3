def a():
    return "a"


def c():
    return "c"


<<<<<<< ours
def b():
    return "b"


def d():
    return "d"


def e():
    return "e"
=======
def d():
    return "d"


def e():
    return "e"


def b():
    return "b"
>>>>>>> theirs

def a():
    return "a"


def c():
    return "c"


def b():
    return "b"


def d():
    return "d"


def e():
    return "e"

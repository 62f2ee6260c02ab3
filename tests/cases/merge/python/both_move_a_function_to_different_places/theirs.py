def a():
    return "a"


def c():
    return "c"


def d():
    return "d"


def e():
    return "e"


def b():
    return "b"

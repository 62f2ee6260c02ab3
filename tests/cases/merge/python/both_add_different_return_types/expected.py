<<<<<<< ours
def f(a) -> int:
=======
def f(a) -> str:
>>>>>>> theirs
    return a

<<<<<<< ours
def f(a, b):
=======
def f(a, c):
>>>>>>> theirs
    return a

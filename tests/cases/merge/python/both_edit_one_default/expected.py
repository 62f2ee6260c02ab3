<<<<<<< ours
def f(a, b=2):
=======
def f(a, b=3):
>>>>>>> theirs
    return a

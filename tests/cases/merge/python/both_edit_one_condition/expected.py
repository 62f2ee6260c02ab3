def f(a):
<<<<<<< ours
    if a > 2:
=======
    if a >= 1:
>>>>>>> theirs
        return 1
    return 2

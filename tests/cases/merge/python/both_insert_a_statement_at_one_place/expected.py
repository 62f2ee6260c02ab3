@one
def f(a, b=1):
    x = a
    y = b
<<<<<<< ours
    log(1)
=======
    check(2)
>>>>>>> theirs
    return x + y

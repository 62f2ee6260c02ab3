@one
def f(a, b=1):
<<<<<<< ours
    x = a * 2
||||||| base
    x = a
=======
    x = a * 3
>>>>>>> theirs
    y = b
    return x + y

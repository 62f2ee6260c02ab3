def f(a):
    if a:
        x()
        y()
<<<<<<< ours
=======
    y(1)
>>>>>>> theirs

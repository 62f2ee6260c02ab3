<<<<<<< ours
x = f(1, a=1, b=2)
=======
x = g(1, a=1)
>>>>>>> theirs

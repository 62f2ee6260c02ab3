def f():
<<<<<<< ours
    with lock:
        a = 1
        b = 2
=======
    a = 10
    b = 2
>>>>>>> theirs
    return a, b

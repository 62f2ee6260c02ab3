def a(:
    pass


<<<<<<< ours
def b():
=======
def c():
>>>>>>> theirs
    pass

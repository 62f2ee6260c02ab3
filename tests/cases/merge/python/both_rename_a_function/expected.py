<<<<<<< ours
def two(a, b):
=======
def three(a, b):
>>>>>>> theirs
    first = a + b
    second = a - b
    return first, second

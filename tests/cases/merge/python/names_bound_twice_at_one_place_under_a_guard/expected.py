def limits():
    low = 1
<<<<<<< ours
    high = 5
=======
    high = 9
>>>>>>> theirs
    return low

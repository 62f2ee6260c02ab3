class A:
    x: int = 1
<<<<<<< ours
    y: int = 2
=======
    z: int = 3
>>>>>>> theirs

<<<<<<< ours
class A(B, C):
=======
class A(B, D):
>>>>>>> theirs
    pass

class A:
    """A."""

    def m(self):
        return 1

<<<<<<< ours
    def n(self):
        return 2
||||||| base
=======
    def n(self):
        return 3
>>>>>>> theirs

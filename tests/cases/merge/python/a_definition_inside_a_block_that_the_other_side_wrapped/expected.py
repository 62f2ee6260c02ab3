def run():
    prepare()
<<<<<<< ours
    if ready():
        first()
        second()
=======
    first()
    def helper():
        return 1
    second()
>>>>>>> theirs
    finish()

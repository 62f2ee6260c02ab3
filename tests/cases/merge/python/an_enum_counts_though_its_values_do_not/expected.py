class Status(IntEnum):
    OK = 200
<<<<<<< ours
    EARLY = 425
    MISSING = 404
    BROKEN = 500
=======
    MISSING = 404
    BROKEN = 500
    UNORDERED = 425
>>>>>>> theirs

class Status(IntEnum):
    OK = 200
    EARLY = 425
    MISSING = 404
    BROKEN = 500

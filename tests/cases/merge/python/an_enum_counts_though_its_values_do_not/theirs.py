class Status(IntEnum):
    OK = 200
    MISSING = 404
    BROKEN = 500
    UNORDERED = 425

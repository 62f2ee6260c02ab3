class E(IntEnum):
    Start = 1
    Skip = 4
    Stop = 2
    Pause = 3


x = 1

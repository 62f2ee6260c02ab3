class E(IntEnum):
    Start = 1
    Stop = 2
    Pause = 3
    Seek = 5


x = 1

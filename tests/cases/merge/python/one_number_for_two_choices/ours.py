CODES = [
    (1, "Start"),
    (4, "Skip"),
    (2, "Stop"),
    (3, "Pause"),
]

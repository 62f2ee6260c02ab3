CODES = [
    (1, "Start"),
    (2, "Stop"),
    (3, "Pause"),
]

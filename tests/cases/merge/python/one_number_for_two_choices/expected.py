CODES = [
    (1, "Start"),
<<<<<<< ours
    (4, "Skip"),
    (2, "Stop"),
    (3, "Pause"),
=======
    (2, "Stop"),
    (3, "Pause"),
    (4, "Seek"),
>>>>>>> theirs
]

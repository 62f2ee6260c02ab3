A = 1
<<<<<<< ours
B = 2
=======
B = 3
>>>>>>> theirs

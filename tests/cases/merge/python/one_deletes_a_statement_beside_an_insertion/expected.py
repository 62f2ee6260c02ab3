a()
<<<<<<< ours
=======
b()
n()
>>>>>>> theirs
c()

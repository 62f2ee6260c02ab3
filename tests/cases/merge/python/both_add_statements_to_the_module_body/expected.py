import a

a.start()
<<<<<<< ours
a.one()
=======
a.two()
>>>>>>> theirs

LIMIT = 1
start()
<<<<<<< ours
use(LIMIT)
=======
LIMIT = 2
>>>>>>> theirs
stop()

LIMIT = 1
start()
use(LIMIT)
stop()

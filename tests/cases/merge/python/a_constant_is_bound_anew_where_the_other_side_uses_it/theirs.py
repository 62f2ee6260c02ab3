LIMIT = 1
start()
LIMIT = 2
stop()

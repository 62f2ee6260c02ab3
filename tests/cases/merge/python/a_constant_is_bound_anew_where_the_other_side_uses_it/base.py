LIMIT = 1
start()
stop()

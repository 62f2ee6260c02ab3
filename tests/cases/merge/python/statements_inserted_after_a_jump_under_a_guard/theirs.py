def stop(log):
    log.write("end")
    log.close()

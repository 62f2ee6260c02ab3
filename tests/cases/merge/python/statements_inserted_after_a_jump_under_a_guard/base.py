def stop(log):
    log.write("end")

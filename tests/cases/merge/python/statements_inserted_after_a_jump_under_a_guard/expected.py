def stop(log):
    log.write("end")
<<<<<<< ours
    raise SystemExit(0)
=======
    log.close()
>>>>>>> theirs

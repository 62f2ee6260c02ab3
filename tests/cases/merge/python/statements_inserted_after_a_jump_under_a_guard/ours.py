def stop(log):
    log.write("end")
    raise SystemExit(0)

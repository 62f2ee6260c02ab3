def f():
    with lock:
        a = 1
        b = 2
    return a, b

def f(a):
    if a:
        x()
    y()

def f(a):
    if a > 2:
        return 1
    return 2

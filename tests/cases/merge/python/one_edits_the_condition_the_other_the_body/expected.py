def f(a):
    if a > 2:
        return 10
    return 2

def f(a):
    if a > 1:
        return 10
    return 2

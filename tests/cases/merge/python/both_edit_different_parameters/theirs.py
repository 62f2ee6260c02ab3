def f(a, b=1, c=20):
    return a

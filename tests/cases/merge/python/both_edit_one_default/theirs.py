def f(a, b=3):
    return a

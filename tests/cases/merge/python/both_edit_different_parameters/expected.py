def f(a, b=10, c=20):
    return a

def f(a, b=10, c=2):
    return a

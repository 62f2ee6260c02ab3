def f(a, *, k=0):
    return a

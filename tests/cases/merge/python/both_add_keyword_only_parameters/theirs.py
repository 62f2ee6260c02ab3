def f(a, *, k=0, n=2):
    return a

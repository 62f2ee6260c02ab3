def f(a, *, k=0, m=1):
    return a

def f(a, *, k=0, m=1, n=2):
    return a

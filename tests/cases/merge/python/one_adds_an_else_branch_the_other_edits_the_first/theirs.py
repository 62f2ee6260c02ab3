def f(a):
    if a:
        return 10
    elif b:
        return 2

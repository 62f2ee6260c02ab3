def f(a):
    if a:
        return 1
    elif b:
        return 2
    else:
        return 3

@one
def f(a, b=1):
    x = a
    y = b
    check(2)
    return x + y

@one
def f(a, b=1):
    x = a
    y = b * 3
    return x + y

@one
def f(a, b=1):
    x = a
    y = b
    log(1)
    return x + y

@one
def f(a, b=1, d=3):
    x = a
    y = b
    return x + y

@one
def f(a, b=1):
    x = a * 3
    y = b
    return x + y

@one
def f(a, b=1):
    x = a * 2
    y = b
    return x - y

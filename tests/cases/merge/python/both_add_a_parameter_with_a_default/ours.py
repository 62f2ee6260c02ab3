@one
def f(a, b=1, c=2):
    x = a
    y = b
    return x + y

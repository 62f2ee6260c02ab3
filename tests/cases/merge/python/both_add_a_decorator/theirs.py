@one
@three
def f(a, b=1):
    x = a
    y = b
    return x + y

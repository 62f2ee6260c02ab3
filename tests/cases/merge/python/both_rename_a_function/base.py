def one(a, b):
    first = a + b
    second = a - b
    return first, second

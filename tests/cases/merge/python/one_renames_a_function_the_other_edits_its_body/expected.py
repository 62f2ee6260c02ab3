def name(a, b):
    first = a + b
    second = a - b
    third = a / b
    return first, second, third

def f(a, b=1) -> int:
    return a

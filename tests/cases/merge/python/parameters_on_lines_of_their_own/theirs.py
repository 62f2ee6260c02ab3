def f(
    a,
    b=1,
    d=3,
):
    return a

def f():
    def g():
        return 10

    x = g() + 1
    return x

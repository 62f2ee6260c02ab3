def f():
    def g():
        return 10

    x = g()
    return x

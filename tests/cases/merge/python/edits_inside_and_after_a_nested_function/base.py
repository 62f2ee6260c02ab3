def f():
    def g():
        return 1

    x = g()
    return x

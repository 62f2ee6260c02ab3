def f():
    def g():
        return 1

    x = g() + 1
    return x

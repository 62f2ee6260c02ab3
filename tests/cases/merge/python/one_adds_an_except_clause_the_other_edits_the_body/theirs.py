def f():
    try:
        g()
    except ValueError:
        return 1
    finally:
        h(1)

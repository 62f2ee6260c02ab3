def f():
    try:
        g()
    except ValueError:
        return 1
    except KeyError:
        return 2
    finally:
        h(1)

def g(x):
    return x


if TYPE:
    q = 1
else:
    q = None

    def inner(a):
        return a

try:
    read(q)
except ImportError:
    read(None)

go()

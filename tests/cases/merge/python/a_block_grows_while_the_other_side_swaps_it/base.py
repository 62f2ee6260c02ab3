def g(x):
    return x


if TYPE:
    q = 1
else:
    q = None

try:
    read(q)
except ImportError:
    read(None)

go()

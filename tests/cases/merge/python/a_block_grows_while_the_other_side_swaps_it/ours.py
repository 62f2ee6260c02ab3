def g(x):
    return x


try:
    read(q)
except ImportError:
    read(None)

if TYPE:
    q = 1
else:
    q = None

go()

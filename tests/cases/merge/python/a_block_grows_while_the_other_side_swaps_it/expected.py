def g(x):
    return x


<<<<<<< ours
=======
if TYPE:
    q = 1
else:
    q = None

    def inner(a):
        return a
>>>>>>> theirs


try:
    read(q)
except ImportError:
    read(None)

if TYPE:
    q = 1
else:
    q = None

go()

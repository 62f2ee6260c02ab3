import json as j

<<<<<<< ours
try:
    from a import b
except ImportError:
    from z import b
=======
from a import b, c
>>>>>>> theirs

b(j, c)

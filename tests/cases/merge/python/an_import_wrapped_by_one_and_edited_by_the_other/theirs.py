import json as j
from a import b, c

b(j, c)

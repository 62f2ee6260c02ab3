import json as j
from a import b

b(j)

import json as j

try:
    from a import b
except ImportError:
    from z import b

b(j)

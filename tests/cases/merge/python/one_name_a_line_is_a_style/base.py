from a import b
from a import d

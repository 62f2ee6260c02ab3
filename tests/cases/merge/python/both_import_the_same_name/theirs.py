import os
from a import b

X = b

from .a import z as y
from .a import (
    b, c, d, f)

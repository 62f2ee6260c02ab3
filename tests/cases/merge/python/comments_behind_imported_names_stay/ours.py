from a import (
    b,  # first
    c,  # new
    d,  # last
)

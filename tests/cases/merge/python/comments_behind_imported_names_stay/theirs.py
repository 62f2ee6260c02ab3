from a import (
    b,  # first
    d,  # last
    e,
)

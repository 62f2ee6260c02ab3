"""The garbage collector of a program that lives for moments: it looks seldom, and not at the end.

Most of what a start allocates are modules, which stay; to look through them again and again, and
once more before the process goes with all it has, costs a sixth of a short command.
"""

import atexit
import gc

_MANY = 100_000  # new objects between two looks: long commands are still tidied up


def begin() -> None:
    """Call it before the first large import."""
    gc.set_threshold(_MANY, 20, 20)
    atexit.register(gc.freeze)

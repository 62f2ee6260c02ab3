"""Hybrid logical time: wall-clock milliseconds that never go back (Kulkarni et al., 2014).

A clock that jumps back, or two operations in one millisecond, count up the low 16 bits; what was
written stays in the order in which it was written.
"""

_COUNTER_BITS = 16


def after(last: int, seconds: float) -> int:
    """The time of what happens now. last: the largest time known; seconds: since the epoch."""
    return max(at(seconds), last + 1)


def at(seconds: float) -> int:
    """The first time of that moment."""
    return max(0, int(seconds * 1000)) << _COUNTER_BITS


def end_of(seconds: float) -> int:
    """The last time of that moment: everything up to it has a smaller or equal one."""
    return at(seconds) | (1 << _COUNTER_BITS) - 1

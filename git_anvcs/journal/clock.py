"""Hybrid logical time: wall-clock milliseconds that never go back (Kulkarni et al., 2014).

A clock that jumps back a little, or two operations in one millisecond, count up the low 16 bits;
what was written stays in the order in which it was written.
"""

_COUNTER_BITS = 16

# A clock that is so many seconds behind was set back.
_SET_BACK = 10.0
# Then so many seconds are said to have passed where nobody knows: more than bursts are apart.
_UNKNOWN = 6.0


class Going:
    """Seconds since the epoch that go on while the clock, which was set back, catches up.

    What happened minutes apart must not look as if it had been in one moment.
    """

    def __init__(self) -> None:
        self._last: float | None = None

    def seconds(self, last: int, seconds: float) -> float:
        """Those of what happens now. last: the largest time known; seconds: what the clock says"""
        before, self._last = self._last, seconds
        known = (last >> _COUNTER_BITS) / 1000
        if known - seconds <= _SET_BACK:
            return seconds
        return known + (_UNKNOWN if before is None or seconds < before else seconds - before)


def after(last: int, seconds: float) -> int:
    """The time of what happens now. last: the largest time known; seconds: since the epoch."""
    return max(at(seconds), last + 1)


def at(seconds: float) -> int:
    """The first time of that moment."""
    return max(0, int(seconds * 1000)) << _COUNTER_BITS


def end_of(seconds: float) -> int:
    """The last time of that moment: everything up to it has a smaller or equal one."""
    return at(seconds) | (1 << _COUNTER_BITS) - 1

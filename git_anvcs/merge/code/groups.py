"""Where two sides changed one sequence: the changes of both that overlap or touch are one group."""

from collections.abc import Iterator
from typing import NamedTuple

from git_anvcs.kernel.diff import Change
from git_anvcs.merge.code.align import Alignment


class Group(NamedTuple):
    """Changes of both sides that overlap or touch, and the ranges they cover."""

    base: tuple[int, int]
    ours: tuple[int, int]
    theirs: tuple[int, int]
    mine: list[Change]
    yours: list[Change]


def groups(mine: Alignment, yours: Alignment, sizes: tuple[int, int, int]) -> Iterator[Group]:
    """Changes of both sides, those that overlap or touch together."""
    base, ours, theirs = sizes
    left, right = gaps(mine, base, ours), gaps(yours, base, theirs)
    shift_mine = shift_yours = 0
    while left or right:
        low = min(changes[0].a0 for changes in (left, right) if changes)
        high = low
        took_mine: list[Change] = []
        took_yours: list[Change] = []
        growing = True
        while growing:
            growing = False
            for changes, took in ((left, took_mine), (right, took_yours)):
                while changes and changes[0].a0 <= high:
                    took.append(changes.pop(0))
                    high = max(high, took[-1].a1)
                    growing = True
        low_mine, low_yours = low + shift_mine, low + shift_yours
        shift_mine = took_mine[-1].b1 - took_mine[-1].a1 if took_mine else shift_mine
        shift_yours = took_yours[-1].b1 - took_yours[-1].a1 if took_yours else shift_yours
        yield Group(
            (low, high),
            (low_mine, high + shift_mine),
            (low_yours, high + shift_yours),
            took_mine,
            took_yours,
        )


def gaps(alignment: Alignment, base: int, side: int) -> list[Change]:
    """The runs between matched items."""
    found = []
    b0 = s0 = 0
    for b, s in [*sorted(alignment.pairs.items()), (base, side)]:
        if b > b0 or s > s0:
            found.append(Change(b0, b, s0, s))
        b0, s0 = b + 1, s + 1
    return found

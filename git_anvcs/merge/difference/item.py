"""What a difference consists of: plain values for people and programs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

ADDED, REMOVED, CHANGED, RENAMED, MOVED = "added", "removed", "changed", "renamed", "moved"
LAYOUT, LINES = "layout", "lines"

# First and last line, counted from 1.
Span = tuple[int, int]


class Item(NamedTuple):
    """One thing that differs.

    change: `added`, `removed`, `changed`, `renamed`, `moved`, `layout`
    kind: `def`, `class`, `key`, `cell`, … or `lines` where nothing with a name is concerned
    where: its path in the newer version that has it: `class A > def f`, `dependencies.left-pad`
    was: what it was called, where that is another name or place
    was_in, now_in: the file it came from or went to
    aspects: what of it changed: `signature`, `body`, `comment`, `value`, `order`, `layout`, …
    before, after: the part worth showing, in a line
    old, new: the lines concerned in either version
    breaks: in which way those who use it may break, empty for none
    public: whether others may use it
    """

    change: str
    kind: str
    where: str
    was: str = ""
    was_in: str = ""
    now_in: str = ""
    aspects: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    old: tuple[Span, ...] = ()
    new: tuple[Span, ...] = ()
    breaks: str = ""
    public: bool = False


class Difference(NamedTuple):
    """How one file differs.

    path, was: its name in the newer version that has it, and before when that was another
    status: `added`, `removed`, `changed`, `renamed`, `mode` (nothing but the mode)
    format: how it was compared: a format's name, `text` by lines, `binary`
    why: why it was compared by lines although its format is known; empty otherwise
    added, removed: lines by line diff
    """

    path: str
    status: str
    format: str
    items: tuple[Item, ...]
    was: str = ""
    why: str = ""
    added: int = 0
    removed: int = 0


def spans(lines: Iterable[int]) -> tuple[Span, ...]:
    """Lines counted from 0, in any order, as runs counted from 1."""
    return tuple(_runs(sorted(set(lines))))


def _runs(lines: list[int]) -> Iterator[Span]:
    start = last = -1
    for line in lines:
        if start >= 0 and line != last + 1:
            yield start + 1, last + 1
            start = line
        elif start < 0:
            start = line
        last = line
    if start >= 0:
        yield start + 1, last + 1


def covered(runs: Iterable[Span]) -> set[int]:
    """The lines, counted from 0, of runs."""
    return {line for first, last in runs for line in range(first - 1, last)}

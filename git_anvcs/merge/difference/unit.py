"""A part of a file that has a name, and what a kind of file must say about its parts."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple, Protocol


class Unit(NamedTuple):
    """A symbol, a key, a cell.

    kind: `def`, `class`, `key`, `cell`, …; name: as it stands in a path
    joint: what stands in a path between it and what it is in
    key: equal for the same thing among its siblings in the other version
    text: all of it; equal texts are not looked into
    lines: the lines (from 0, the end not included) it fills; gap: blank lines above them
    node: what its form knows of it
    also: where it shares its line with others: the lines of the other version that stand for it
    """

    kind: str
    name: str
    key: Hashable
    text: bytes
    lines: tuple[int, int]
    gap: int = 0
    node: object = None
    joint: str = " > "
    public: bool = False
    also: tuple[int, ...] = ()


def whole(unit: Unit) -> range:
    """The lines of a unit with the blank ones above it."""
    return range(unit.lines[0] - unit.gap, unit.lines[1])


class Own(NamedTuple):
    """How two versions of a unit differ, apart from the units in it.

    aspects: `signature`, `body`, `comment`, `value`, `type`, …; `layout` alone: it says the same
    before, after: what is worth showing of it, in a line
    old, new: the lines that changed
    breaks: in which way those who use it may break, empty for none
    """

    aspects: tuple[str, ...]
    before: str = ""
    after: str = ""
    old: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    breaks: str = ""


class Form(Protocol):
    """A kind of file. One value compares one pair of versions."""

    def root(self, text: bytes) -> Unit:
        """The whole file. Raises NotUnderstood."""

    def inside(self, old: Unit | None, new: Unit | None) -> tuple[Sequence[Unit], Sequence[Unit]]:
        """The units in two versions of a unit; None: only the other one is asked for."""

    def own(self, old: Unit, new: Unit) -> Own | None:
        """How they differ themselves; None when they do not."""

    def told(self, unit: Unit) -> str:
        """What is worth showing, in a line, of a unit that only one version has."""

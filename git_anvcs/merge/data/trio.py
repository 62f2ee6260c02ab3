"""One item in three versions: which side changed it, how it is written, what stands around it."""

from typing import NamedTuple

from git_anvcs.merge.data.node import Item


class Trio(NamedTuple):
    """One item in the three versions, None where it is absent."""

    base: Item | None
    ours: Item | None
    theirs: Item | None


def unchanged(base: Item, side: Item) -> bool:
    same = base.value.text == side.value.text or base.value.canon == side.value.canon
    return same and base.notes == side.notes


def three(base: bytes | None, ours: bytes, theirs: bytes) -> bytes | None:
    """How key and colon (and a YAML anchor or tag) are written; None when that is a conflict."""
    if base == ours:
        return theirs
    if theirs in (base, ours) or ours.split() == theirs.split():
        return ours
    return ours if base is None and b"&" not in ours + theirs else None


def comments(trio: Trio) -> Item | None:
    """The side whose comments stand around the item; None when both changed them."""
    base, ours, theirs = trio
    if ours is None or theirs is None or ours.notes == theirs.notes:
        return ours
    if base is None:
        return ours if not theirs.notes else theirs if not ours.notes else None
    if theirs.notes == base.notes:
        return ours
    return theirs if ours.notes == base.notes else None

"""How the items of a sequence are merged, and what a place of the result is."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from git_anvcs.merge.code.align import Matching
from git_anvcs.merge.code.outcome import Parts

T = TypeVar("T")
Span = tuple[int, int] | None


def span(place: int | None) -> Span:
    return None if place is None else (place, place + 1)


class Entry(NamedTuple):
    """A place of the result: the items it stands for in each version, and its text."""

    base: Span
    ours: Span
    theirs: Span
    parts: Parts


class Combine(NamedTuple, Generic[T]):
    """How the items of a sequence are merged.

    pair: both sides changed an item of the base in place
    twin: both sides added an item with this key; None when that is a clash
    dropped: one side deleted the item, the other edited it; None when that is a clash
    clash: a run of items that no rule combines
    between: whether both sides may do this to one place: insert and delete these items
    likely: where `between` says no: whether both insertions are likely meant to stand, ours first
    needed: whether the item stays although one side deleted it
    rank: where the item belongs among others added at one place, empty when anywhere
    """

    matching: Matching[T]
    pair: Callable[[T, T, T], Parts]
    twin: Callable[[T, T], Parts | None]
    dropped: Callable[[T, T, str], Parts | None]
    clash: Callable[[Sequence[T], Sequence[T], Sequence[T], str], Parts]
    between: Callable[[Sequence[T], Sequence[T]], bool]
    note: Callable[[str, Sequence[T], Sequence[T]], None]
    likely: Callable[[Sequence[T], Sequence[T]], bool] = lambda _mine, _yours: False
    needed: Callable[[T], bool] = lambda _item: False
    rank: Callable[[T], str] = lambda _item: ""

"""What tells the elements of a list apart that have no name: by their values, by their places.

The same pairs come out whichever version is the old one.
"""

from collections.abc import Hashable, Sequence

from git_anvcs.kernel.diff import Change, changes
from git_anvcs.merge.data.node import Node

Keys = tuple[list[Hashable], list[Hashable]]


def keys(olds: Sequence[Node], news: Sequence[Node]) -> Keys:
    """A key for each element: equal in both versions for the same one."""
    if [node.text for node in olds] > [node.text for node in news]:
        after, before = keys(news, olds)
        return before, after
    rows = [node.canon for node in olds], [node.canon for node in news]
    gaps = changes(*rows)
    pairs = in_order(gaps, len(olds))
    pairs |= elsewhere(gaps, *rows)
    pairs |= in_place(gaps, pairs)
    return (
        [("old", place) for place in range(len(olds))],
        [("old", pairs[n]) if n in pairs else ("new", n) for n in range(len(news))],
    )


def in_order(gaps: Sequence[Change], olds: int) -> dict[int, int]:
    """New place -> old place of what the alignment leaves alone."""
    pairs: dict[int, int] = {}
    done = shift = 0
    for start, end, new in [*((gap.a0, gap.a1, gap.b1) for gap in gaps), (olds, olds, 0)]:
        pairs.update((place + shift, place) for place in range(done, start))
        done, shift = end, new - end
    return pairs


def elsewhere(gaps: Sequence[Change], old: Sequence[int], new: Sequence[int]) -> dict[int, int]:
    """Of the rest what is equal, wherever it stands: it moved."""
    waiting: dict[int, list[int]] = {}
    for gap in gaps:
        for place in range(gap.a0, gap.a1):
            waiting.setdefault(old[place], []).append(place)
    pairs: dict[int, int] = {}
    for gap in gaps:
        for place in range(gap.b0, gap.b1):
            if waiting.get(new[place]):
                pairs[place] = waiting[new[place]].pop(0)
    return pairs


def in_place(gaps: Sequence[Change], known: dict[int, int]) -> dict[int, int]:
    """Of the rest what stands in one place between the same neighbours: it changed."""
    taken = set(known.values())
    pairs: dict[int, int] = {}
    for gap in gaps:
        olds = [place for place in range(gap.a0, gap.a1) if place not in taken]
        news = [place for place in range(gap.b0, gap.b1) if place not in known]
        pairs.update(zip(news, olds, strict=False))
    return pairs

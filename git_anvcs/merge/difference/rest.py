"""What no item speaks of: the lines that differ all the same, so that nothing is hidden."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from git_anvcs.kernel.diff import changes
from git_anvcs.merge import lines
from git_anvcs.merge.difference.item import (
    ADDED,
    CHANGED,
    LAYOUT,
    LINES,
    REMOVED,
    Item,
    covered,
    spans,
)


class Run(NamedTuple):
    """Lines (from 0) of either version that stand for each other."""

    old: list[int]
    new: list[int]


def completed(items: Iterable[Item], old: bytes, new: bytes, form: str) -> list[Item]:
    """The items, with one for each run of lines that none of them has; layout is one item.

    What lies outside of the items that come back is equal in both versions, in order.
    """
    texts = lines.split(old), lines.split(new)
    found, layout = [], Run([], [])
    for item in items:
        if item.change == LAYOUT:
            join(layout, Run(sorted(covered(item.old)), sorted(covered(item.new))))
        else:
            found.append(item)
    for run in runs(found, layout, texts):
        if form != "text" and says_nothing(run, texts):
            join(layout, run)
        else:
            found.append(named(run))
    if layout.old or layout.new:
        found.append(Item(LAYOUT, LINES, "", old=spans(layout.old), new=spans(layout.new)))
    return found


def runs(
    found: Sequence[Item], layout: Run, texts: tuple[list[bytes], list[bytes]]
) -> Iterator[Run]:
    """What differs in the lines outside of the items."""
    old = covered(span for item in found for span in item.old).union(layout.old)
    new = covered(span for item in found for span in item.new).union(layout.new)
    here = [place for place in range(len(texts[0])) if place not in old]
    there = [place for place in range(len(texts[1])) if place not in new]
    for one in changes([texts[0][n] for n in here], [texts[1][n] for n in there]):
        yield Run(here[one.a0 : one.a1], there[one.b0 : one.b1])


def says_nothing(run: Run, texts: tuple[list[bytes], list[bytes]]) -> bool:
    """Whether only blanks, line ends and commas at the ends of lines differ."""
    old, new = (
        b"".join(part for n in places for part in text[n].rstrip().removesuffix(b",").split())
        for text, places in zip(texts, run, strict=True)
    )
    return old == new


def named(run: Run) -> Item:
    change = CHANGED if run.old and run.new else ADDED if run.new else REMOVED
    return Item(change, LINES, "", old=spans(run.old), new=spans(run.new))


def join(layout: Run, more: Run) -> None:
    layout.old.extend(more.old)
    layout.new.extend(more.new)


def counted(old: bytes, new: bytes) -> tuple[int, int]:
    """How many lines were added and removed."""
    found = changes(lines.split(old), lines.split(new))
    return sum(one.b1 - one.b0 for one in found), sum(one.a1 - one.a0 for one in found)


def differing(
    old: Sequence[bytes], new: Sequence[bytes], starts: tuple[Sequence[int], Sequence[int]]
) -> Run:
    """The lines that differ; `starts`: the number of each line in its file."""
    run = Run([], [])
    for one in changes(old, new):
        run.old.extend(starts[0][one.a0 : one.a1])
        run.new.extend(starts[1][one.b0 : one.b1])
    return run

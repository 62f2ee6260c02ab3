"""The blank lines of a merged body: what stands between two items, in front and behind."""

from git_anvcs.merge.code.combine import Entry
from git_anvcs.merge.code.items import Body
from git_anvcs.merge.code.outcome import Parts, simple


def spaced(entries: list[Entry], bodies: tuple[Body, Body, Body]) -> Parts:
    """The entries with blank lines between them: as they are where the neighbours are."""
    parts: Parts = []
    before: Entry | None = None
    for entry in entries:
        parts.append(gap(before, entry, bodies) if before else first_gap(entry, bodies))
        parts += entry.parts
        before = entry
    base, ours, theirs = (one.tail for one in bodies)
    tail = simple(base, ours, theirs)
    return [*parts, ours if tail is None else tail]


def first_gap(entry: Entry, bodies: tuple[Body, Body, Body]) -> bytes:
    """The blank lines in front of the first entry: those of a version that starts with it."""
    spans = zip(bodies, entry[:3], strict=True)
    found = [sep_before(one, 0) for one, span in spans if span and span[0] == 0]
    return found[-1] if found else b""


def gap(left: Entry, right: Entry, bodies: tuple[Body, Body, Body]) -> bytes:
    """The blank lines between two entries."""
    seps = [
        sep_before(one, there[0]) if here and there and here[1] == there[0] else None
        for one, here, there in zip(bodies, left[:3], right[:3], strict=True)
    ]
    base, ours, theirs = seps
    if ours is not None and theirs is not None:
        done = simple(base if base is not None else ours, ours, theirs)
        return done if done is not None else ours
    if ours is not None or theirs is not None:
        return ours if ours is not None else theirs or b""
    return widest(left, right, bodies)


def widest(left: Entry, right: Entry, bodies: tuple[Body, Body, Body]) -> bytes:
    """Between entries that are neighbours nowhere: the larger of the gaps in front of them.

    What stands first in a body has no gap in front; then the gaps behind them count.
    """
    before = [b""]
    behind = [b""]
    for one, here, there in zip(bodies, left[:3], right[:3], strict=True):
        size = len(one.items)
        starts = [span[0] for span in (here, there) if span]
        before += [sep_before(one, at) for at in starts if 0 < at < size]
        behind += [
            sep_before(one, span[1]) for span in (here, there) if span and 0 < span[1] < size
        ]
    found = before if len(before) > 1 else behind
    return max(found, key=lambda sep: sep.count(b"\n"))


def sep_before(body: Body, place: int) -> bytes:
    return body.items[place].sep if place < len(body.items) else body.tail

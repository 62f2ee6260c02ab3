"""Items that both sides added and that are one, or one too many: by name, or by text and place."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from git_anvcs.kernel.diff import same
from git_anvcs.merge.code.align import Alignment, Matching, fresh
from git_anvcs.merge.code.claims import Claim
from git_anvcs.merge.code.groups import gaps

T = TypeVar("T")
Versions = tuple[Sequence[T], Sequence[T], Sequence[T]]
Sides = tuple[Alignment, Alignment]


def twins(versions: Versions[T], sides: Sides, how: Matching[T]) -> dict[int, int]:
    """Place in ours -> place in theirs."""
    found = {**dict(unnamed(versions, sides, how)), **named(versions, sides, how)}
    return {**found, **rivals(versions, sides, how, found)}


def named(versions: Versions[T], sides: Sides, how: Matching[T]) -> dict[int, int]:
    """Items under one key, unless only their places say which is meant."""
    _base, ours, theirs = versions
    new_ours, new_theirs = fresh(ours, sides[0]), fresh(theirs, sides[1])
    known: dict[str, int] = {}
    for t in new_theirs:
        one = how.identity(theirs[t])
        if one.key and (one.once or one.free):
            known.setdefault(one.key, t)
    found: dict[int, int] = {}
    for o in new_ours:
        one = how.identity(ours[o])
        if one.key not in known or not (one.once or one.free):
            continue
        t = known.pop(one.key)
        if not (one.placed and how.text(ours[o]) == how.text(theirs[t])):
            found[o] = t
    return found


def rivals(
    versions: Versions[T], sides: Sides, how: Matching[T], known: dict[int, int]
) -> dict[int, int]:
    """Items that take one name for two things; of two with one key only the places say which."""
    _base, ours, theirs = versions
    taken = {*known.values()}
    claimed: dict[str, list[tuple[int, Claim]]] = defaultdict(list)
    for t in fresh(theirs, sides[1]):
        for claim in how.claims(theirs[t]) if t not in taken else ():
            claimed[claim.name].append((t, claim))
    found: dict[int, int] = {}
    for o in fresh(ours, sides[0]) if claimed else ():
        key = how.identity(ours[o]).key
        against = (
            t
            for one in (how.claims(ours[o]) if o not in known else ())
            for t, two in claimed.get(one.name, ())
            if t not in found.values() and how.collide(one, two)
        )
        rival = next((t for t in against if not key or key != how.identity(theirs[t]).key), None)
        if rival is not None:
            found[o] = rival
    return found


def unnamed(versions: Versions[T], sides: Sides, how: Matching[T]) -> Iterator[tuple[int, int]]:
    """What has no name and may stand anywhere, as a comment: equal ones that both put at one
    place."""
    base, ours, theirs = versions
    mine, yours = (
        added(base, side, alignment, how)
        for side, alignment in zip((ours, theirs), sides, strict=True)
    )
    for gap in mine.keys() & yours.keys():
        texts = [how.text(ours[o]) for o in mine[gap]], [how.text(theirs[t]) for t in yours[gap]]
        yield from ((mine[gap][o], yours[gap][t]) for o, t in same(*texts))


def added(
    base: Sequence[T], side: Sequence[T], alignment: Alignment, how: Matching[T]
) -> dict[int, list[int]]:
    """The new items without a name by the place in the base where they were put."""
    found: dict[int, list[int]] = {}
    new = set(fresh(side, alignment))
    for gap in gaps(alignment, len(base), len(side)):
        for place in range(gap.b0, gap.b1):
            one = how.identity(side[place])
            if place in new and one.free and not one.key:
                found.setdefault(gap.a0, []).append(place)
    return found

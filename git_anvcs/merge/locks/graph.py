"""What must hold in a lock file that both sides touched: they touched different packages.

A lock file is a solution that a package manager found. A package that both sides changed, one that
is needed and gone, and one that a side changed while the other made it needed by something new,
are none of its solutions, even where every line merges.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from git_anvcs.merge.checks import Flaw

NONE: Mapping[str, Mapping[str, str]] = MappingProxyType({})


class Lock(NamedTuple):
    """A lock file as packages.

    packages: identity -> what is locked, comparable
    needs: identity -> identities of the packages it is locked with
    dangling: pairs of a package and a name that is locked nowhere
    unclear: pairs of a package and a name that several packages have, where it does not say which
    ranges: identity -> identity that it needs -> the versions that it takes, where that is written
    """

    packages: Mapping[str, object]
    needs: Mapping[str, frozenset[str]]
    dangling: frozenset[tuple[str, str]]
    unclear: frozenset[tuple[str, str]] = frozenset()
    ranges: Mapping[str, Mapping[str, str]] = NONE


def flaws(base: Lock, ours: Lock, theirs: Lock, made: Lock) -> list[Flaw]:
    """Why no package manager made this, given the three versions."""
    mine, yours = touched(base, ours), touched(base, theirs)
    found = {name for name in mine & yours if ours.packages.get(name) != theirs.packages.get(name)}
    for one, other, side, across in ((mine, yours, ours, theirs), (yours, mine, theirs, ours)):
        for name in one - other:
            found |= {
                needed
                for needed in side.needs.get(name, ())
                if needed in other - one
                and needed in base.packages
                and not as_before(base, side, name, needed)
            }
        # The other side may have put another package nearer, where this one finds it first.
        there = (name for name in one - other if name in side.needs and name in made.needs)
        found |= {name for name in there if misled(base, side, across, made, name)}
    known = base.dangling | ours.dangling | theirs.dangling
    unclear = base.unclear | ours.unclear | theirs.unclear
    return [
        *(Flaw("locked", name) for name in sorted(found)),
        *(Flaw("dangling", name) for _package, name in sorted(made.dangling - known)),
        *(Flaw("ambiguous", name) for _package, name in sorted(made.unclear - unclear)),
    ]


def as_before(base: Lock, side: Lock, name: str, needed: str) -> bool:
    """Whether a package takes the same versions of another as in the base: then the side that
    changed that one has chosen a version for it, too."""
    before = base.ranges.get(name, {}).get(needed)
    return before is not None and side.ranges.get(name, {}).get(needed) == before


def misled(base: Lock, side: Lock, across: Lock, made: Lock, name: str) -> bool:
    """Whether a package that one side changed finds others now than there, and not what the other
    side has chosen for it."""
    left, found = side.needs[name] - made.needs[name], made.needs[name] - side.needs[name]
    chosen = found <= across.needs.get(name, frozenset())
    return bool(left or found) and not (
        chosen and all(as_before(base, side, name, needed) for needed in left)
    )


def touched(base: Lock, side: Lock) -> set[str]:
    """The packages that a side added, changed or removed."""
    names = base.packages.keys() | side.packages.keys()
    return {name for name in names if base.packages.get(name) != side.packages.get(name)}

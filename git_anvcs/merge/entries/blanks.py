"""Blank lines above entries: they belong to the place, not to the entry that stands there.

The first entry of a section has others above it than the second, a section others than a key. So
an entry that comes to stand behind another sort of entry than in its version takes the blank lines
that are usual there. They are chosen by what stands above in the result, hence a second merge of
the result chooses them again.
"""

from collections.abc import Hashable, Mapping, Sequence
import re

from git_anvcs.merge.entries.entry import Entry

BLANK = re.compile(rb"(?:[ \t]*\n)*")
FIRST = None  # what stands above the first entry of a section


def without_blanks(entry: Entry) -> Entry:
    return entry._replace(lead=entry.lead[len(blanks(entry)) :])


def blanks(entry: Entry) -> bytes:
    found = BLANK.match(entry.lead)
    return found[0] if found else b""


def sort_of(entry: Entry) -> tuple[Hashable, bool]:
    return entry.key[0], entry.section


class Blanks:
    """The blank lines of one section in three versions, and the last entry of its result.

    Each entry is given once, in the order of the result.
    """

    def __init__(self, maps: Sequence[Mapping[Hashable, Entry]]) -> None:
        self.sides = [places(side) for side in maps]
        self.entries = {key: one for side in maps for key, one in side.items()}
        self.before: Hashable = FIRST

    def above(self, key: Hashable) -> bytes:
        """The blank lines above this entry, which now stands behind the one given before."""
        before, sort = self.before, sort_of(self.entries[key])
        self.before = sort
        there = [side.get(key, (None, None)) for side in self.sides]
        base, ours, theirs = (blank if above == before else None for above, blank in there)
        if ours is None or theirs is None:
            own = next((one for one in (ours, theirs, base) if one is not None), None)
            return self.usual(key, before, sort) if own is None else own
        return ours if theirs == base else theirs if ours == base else ours

    def grouped(self, order: Sequence[Hashable]) -> list[Hashable]:
        """The order, where what continues a group comes before what starts one of its own.

        Of what both sides put at one place, ours stands first; if it begins with a blank line
        and that of theirs does not, theirs belongs to the entry above.
        """
        _base, ours, theirs = self.sides
        result: list[Hashable] = []
        runs: list[list[Hashable]] = [[], []]
        for key in [*order, None]:
            alone = (key in ours) != (key in theirs) and key not in self.sides[0]
            if alone and key in ours and not runs[1]:
                runs[0].append(key)
                continue
            if alone and key in theirs:
                runs[1].append(key)
                continue
            mine, yours = runs
            apart = mine and yours and ours[mine[0]][1] and not theirs[yours[0]][1]
            result += [*yours, *mine] if apart else [*mine, *yours]
            runs = [[key], []] if alone else [[], []]
            result += [] if alone or key is None else [key]
        return result

    def in_versions(self, key: Hashable) -> tuple[bytes, bytes, bytes]:
        """What stands above it in base, ours and theirs; nothing where it is not."""
        base, ours, theirs = (side.get(key, (FIRST, b""))[1] for side in self.sides)
        return base, ours, theirs

    def usual(self, key: Hashable, before: Hashable, sort: Hashable) -> bytes:
        """What stands above such an entry behind such another; else above it in its version."""
        _base, ours, theirs = self.sides
        order = (ours, theirs) if key in ours else (theirs, ours)
        for side in (*order, self.sides[0]):
            for other, (above, blank) in side.items():
                if above == before and sort_of(self.entries[other]) == sort:
                    return blank
        there = (side.get(key, (FIRST, b"")) for side in order)
        own = [blank for above, blank in there if above is not FIRST]
        return own[0] if own else b"\n" * (before is not FIRST and self.entries[key].section)


def places(side: Mapping[Hashable, Entry]) -> dict[Hashable, tuple[Hashable, bytes]]:
    """For each entry the sort of what stands above it, and the blank lines between."""
    rows = list(side.items())
    above = [FIRST, *(sort_of(entry) for _key, entry in rows)]
    return {key: (before, blanks(entry)) for before, (key, entry) in zip(above, rows, strict=False)}

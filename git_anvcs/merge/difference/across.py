"""Compare several files together: what went from one of them to another is told as moved."""

from collections.abc import Iterator, Sequence

from git_anvcs.merge.difference import compare, match
from git_anvcs.merge.difference.compare import File, Found, Lone
from git_anvcs.merge.difference.item import MOVED, Difference, Item, spans
from git_anvcs.merge.difference.unit import whole

Place = tuple[int, int]  # which file, which of its units


def compared(pairs: Sequence[tuple[File, File]]) -> list[Difference]:
    """How each pair of files differs, in that order."""
    found = [compare.look(old, new) for old, new in pairs]
    removed = dict(lone([one.removed for one in found]))
    added = dict(lone([one.added for one in found]))
    moves = match.far(
        {place: one.unit for place, one in removed.items()},
        {place: one.unit for place, one in added.items()},
        lambda old, new: old[0] != new[0] and found[old[0]].format == found[new[0]].format,
    )
    for old, new in moves.items():
        here, there = found[old[0]], found[new[0]]
        here.items.append(gone(removed[old], added[new], pairs[new[0]][1].path))
        there.items.extend(come(there, removed[old], added[new], pairs[old[0]][0].path))
    for number, one in enumerate(found):
        compare.drop(one.removed, [old[1] for old in moves if old[0] == number])
        compare.drop(one.added, [new[1] for new in moves.values() if new[0] == number])
    return [compare.finished(old, new, one) for (old, new), one in zip(pairs, found, strict=True)]


def lone(files: Sequence[Sequence[Lone]]) -> Iterator[tuple[Place, Lone]]:
    """The units that only one version of their file has."""
    for file, units in enumerate(files):
        for number, one in enumerate(units):
            yield (file, number), one


def gone(old: Lone, new: Lone, path: str) -> Item:
    """What the file says that a unit left for the file at `path`."""
    name = compare.where((*new.around, new.unit))
    was = compare.where((*old.around, old.unit))
    return Item(
        MOVED,
        old.unit.kind,
        name,
        was=was if was != name else "",
        now_in=path,
        old=spans(whole(old.unit)),
        breaks="moved" if old.unit.public else "",
        public=old.unit.public,
    )


def come(found: Found, old: Lone, new: Lone, path: str) -> list[Item]:
    """What the file says that a unit came to from the file at `path`: the move, the changes."""
    name = compare.where((*new.around, new.unit))
    plain = Item(MOVED, new.unit.kind, name, was_in=path, new=spans(whole(new.unit)))
    if found.form is None:
        return [plain]
    try:
        walk = compare.Walk(found.form, found)
        items = list(walk.partners(old.unit, new.unit, (new.around, old.around), moved=True))
    except RecursionError:
        return [plain]
    # Lines of the other file are none of this one; what breaks is said where it was.
    return [
        item._replace(old=(), was_in=path if item.where == name else "", breaks="")
        for item in items
    ]

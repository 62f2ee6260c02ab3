"""In which order the items of a merged map or list stand."""

from collections.abc import Callable, Hashable, Sequence

from git_anvcs.merge.data.identity import Keys
from git_anvcs.merge.data.node import Item


def arranged(keys: Keys, base_names: list[str], name: Callable[[Hashable], str]) -> list[Hashable]:
    """All keys of both sides: ours' order, or theirs' where only theirs reordered.

    What only the other side has follows its nearest predecessor and what ours put there. When all
    three versions are sorted, so is the result.
    """
    base, ours, theirs = keys
    moved_ours, moved_theirs = moved(base, ours), moved(base, theirs)
    if moved_theirs and not moved_ours:
        order = woven(theirs, ours, first=False)
    else:
        order = woven(ours, theirs, first=True)
    fold = sorting([base_names, [name(key) for key in ours], [name(key) for key in theirs]])
    return sorted(order, key=lambda key: fold(name(key))) if fold else order


def moved(base: Sequence[Hashable], side: Sequence[Hashable]) -> bool:
    """Whether the side put the items it shares with the base into another order."""
    before, after = set(base), set(side)
    return [key for key in base if key in after] != [key for key in side if key in before]


def same_order(keys: Keys) -> bool:
    """Whether the two sides agree on the order of what they share, or only one changed it."""
    base, ours, theirs = keys
    if not (moved(base, ours) and moved(base, theirs)):
        return True
    return not moved(ours, theirs)


def woven(main: Sequence[Hashable], other: Sequence[Hashable], *, first: bool) -> list[Hashable]:
    """`main` with what only `other` has, each behind its predecessor in `other`.

    first: whether new items of `main` at the same place stand before those of `other`
    """
    mine, yours = set(main), set(other)
    behind: dict[Hashable, list[Hashable]] = {}
    last: Hashable = None
    for key in other:
        if key in mine:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    order: list[Hashable] = []
    waiting = behind.get(None, [])
    for key in main:
        if not first or key in yours:
            order += waiting
            waiting = []
        order.append(key)
        if key in yours:
            waiting = behind.get(key, [])
    return order + waiting


def sorting(rows: list[list[str]]) -> Callable[[str], str] | None:
    """How all three versions are sorted, if they are; one or two items prove nothing."""
    if len(rows[0]) < 3:
        return None
    for fold in (str, str.casefold):
        if all(row == sorted(row, key=fold) for row in rows):
            return fold
    return None


Rivalry = dict[Hashable, tuple[list[Hashable], list[Hashable], list[Hashable]] | None]


def rivals(keys: Keys, maps: list[dict[Hashable, Item]] | None) -> Rivalry:
    """Items that both sides replaced by different ones: the whole place is a conflict.

    The first key of a place has the keys of base, ours and theirs; the others have None. In a map
    keys are independent, unless both sides renamed one and kept its value: pass `maps` for a map.
    """
    base, ours, theirs = keys
    stable = set(base) & set(ours) & set(theirs)
    gaps = [gaps_of(row, stable) for row in keys]
    found: Rivalry = {}
    before, mine, yours = set(base), set(ours), set(theirs)
    for gap, gone in gaps[0].items():
        deleted = [key for key in gone if key not in mine and key not in yours]
        only_ours = [key for key in gaps[1].get(gap, []) if key not in before | yours]
        only_theirs = [key for key in gaps[2].get(gap, []) if key not in before | mine]
        if not (deleted and only_ours and only_theirs):
            continue
        if maps and not renamed(maps, deleted, only_ours, only_theirs):
            continue
        place = (deleted, only_ours, only_theirs)
        found.update(dict.fromkeys([*only_ours, *only_theirs]))
        found[only_ours[0]] = place
    return found


def gaps_of(row: Sequence[Hashable], stable: set[Hashable]) -> dict[Hashable, list[Hashable]]:
    """The items that are not in all versions, by the stable item before them."""
    gaps: dict[Hashable, list[Hashable]] = {}
    last: Hashable = None
    for key in row:
        if key in stable:
            last = key
        else:
            gaps.setdefault(last, []).append(key)
    return gaps


def renamed(
    maps: list[dict[Hashable, Item]],
    deleted: list[Hashable],
    ours: list[Hashable],
    theirs: list[Hashable],
) -> bool:
    values = {maps[0][key].value.canon for key in deleted}
    mine = {maps[1][key].value.canon for key in ours}
    return bool(values & mine & {maps[2][key].value.canon for key in theirs})

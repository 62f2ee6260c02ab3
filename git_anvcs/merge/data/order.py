"""In which order the items of a merged map or list stand."""

from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise

from git_anvcs.kernel.diff import changes
from git_anvcs.merge.data.identity import Keys
from git_anvcs.merge.data.node import Item

COMPARED = 300  # items of which each is compared with each, where both sides reordered them
Name = Callable[[Hashable], str]


def arranged(keys: Keys, name: Name, *, in_place: bool = False) -> list[Hashable]:
    """All keys of both sides: ours' order, or theirs' where only theirs reordered.

    What only the other side has follows its nearest predecessor and what ours put there; where
    the base is sorted and both sides inserted sorted, what they inserted is sorted too.

    in_place: what replaced an item stands where that stood; else the two have nothing in common
    """
    if not in_place:
        return ordered(keys, name)
    base = keys[0]
    old = [replaced(base, side) for side in keys[1:]]
    ours, theirs = (
        [one.get(key, key) for key in side] for one, side in zip(old, keys[1:], strict=True)
    )
    new = [{slot: key for key, slot in one.items()} for one in old]
    order = ordered((base, ours, theirs), name)
    known = {*keys[1], *keys[2]}
    slots = ((slot, *(one[slot] for one in new if slot in one)) for slot in order)
    return list(dict.fromkeys(key for keys_there in slots for key in keys_there if key in known))


def replaced(base: Sequence[Hashable], side: Sequence[Hashable]) -> dict[Hashable, Hashable]:
    """New key -> old key, where the side put as many new items in a place as it took out."""
    if moved(base, side):
        return {}
    stable = set(base) & set(side)
    gaps, filled = gaps_of(base, stable), gaps_of(side, stable)
    return {
        new: old
        for place, gone in gaps.items()
        if len(gone) == len(filled.get(place, []))
        for old, new in zip(gone, filled[place], strict=True)
    }


def ordered(keys: Keys, name: Name) -> list[Hashable]:
    base, ours, theirs = keys
    by_name = name if mostly_sorted([name(key) for key in base]) else None
    if moved(base, theirs) and not moved(base, ours):
        return woven(theirs, ours, by_name, main_first=False)
    return woven(ours, theirs, by_name, main_first=True)


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


def agreed(keys: Keys) -> list[Hashable] | None:
    """All keys of both sides, where both put what they share into another order: any two of them
    stand as on the side that turned them round.

    None where that is no order, where both moved one item to different places, or where there is
    too much to compare.
    """
    base, ours, theirs = keys
    both = set(ours) & set(theirs)
    rows = [[key for key in row if key in both and key in base] for row in keys]
    old = rows[0]
    if len(old) > COMPARED:
        return None
    at = [{key: place for place, key in enumerate(row)} for row in rows]

    def turned(side: int, one: Hashable, two: Hashable) -> bool:
        return (at[0][one] < at[0][two]) != (at[side][one] < at[side][two])

    mine, yours = (went(old, row) for row in rows[1:])
    still = [key for key in old if key not in mine | yours]
    if any(turned(1, key, one) != turned(2, key, one) for key in mine & yours for one in still):
        return None
    above = {
        key: sum(
            (at[0][one] < at[0][key]) != (turned(1, key, one) or turned(2, key, one))
            for one in old
            if one != key
        )
        for key in old
    }
    if len(set(above.values())) < len(old):
        return None
    order = woven(sorted(old, key=above.__getitem__), ours, None, main_first=True)
    return woven(order, theirs, None, main_first=True)


def went(base: Sequence[Hashable], side: Sequence[Hashable]) -> set[Hashable]:
    """What a side moved past more of the others than they were moved past; of two that changed
    places, both. The same items stand in both."""
    if len(base) > COMPARED:
        return {key for one in changes(base, side) for key in base[one.a0 : one.a1]}
    at = {key: place for place, key in enumerate(side)}
    turned: dict[Hashable, list[Hashable]] = {}
    for place, one in enumerate(base):
        for two in base[place + 1 :]:
            if at[two] < at[one]:
                turned.setdefault(one, []).append(two)
                turned.setdefault(two, []).append(one)
    return {one for one, row in turned.items() if any(len(row) >= len(turned[two]) for two in row)}


def woven(
    main: Sequence[Hashable], other: Sequence[Hashable], name: Name | None, *, main_first: bool
) -> list[Hashable]:
    """`main` with what only `other` has, each behind its predecessor in `other`.

    name: what to sort by, where what both put at one place is sorted by it
    main_first: whether else what `main` put there comes first
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
    run: list[Hashable] = []
    last = None
    for key in [*main, END]:
        if key is not END and key not in yours:
            run.append(key)
            continue
        put = [run, behind.get(last, [])]
        order += interleaved(put if main_first else put[::-1], last, key, name)
        order += [] if key is END else [key]
        run, last = [], key
    return order


END = object()


def interleaved(
    runs: list[list[Hashable]], before: Hashable, after: Hashable, name: Name | None
) -> list[Hashable]:
    """What both sides put between two keys: sorted, if both runs are sorted."""
    joined = [*runs[0], *runs[1]]
    if name is None or not all(runs):
        return joined
    edges = [name(before)] if before is not None else [], [name(after)] if after is not END else []
    for fold in (str, str.casefold):
        rows = [[*edges[0], *map(name, run), *edges[1]] for run in runs]
        if all(row == sorted(row, key=fold) for row in rows):
            return sorted(joined, key=lambda key: fold(name(key)))
    return joined


def mostly_sorted(names: list[str]) -> bool:
    """Whether somebody keeps the names in order: four of five neighbours are, without case."""
    folded = [name.casefold() for name in names]
    right = sum(one <= two for one, two in pairwise(folded))
    return len(names) >= 3 and 5 * right >= 4 * (len(names) - 1)


Rivalry = dict[Hashable, tuple[list[Hashable], list[Hashable], list[Hashable]] | None]


def rivals(
    keys: Keys, maps: list[dict[Hashable, Item]] | None, *, in_order: bool = False
) -> Rivalry:
    """Items that both sides replaced by different ones: the whole place is a conflict.

    in_order: also what both sides only put there

    The first key of a place has the keys of base, ours and theirs; the others have None. In a map
    keys are independent, unless both sides renamed one and kept its value: pass `maps` for a map.
    """
    base, ours, theirs = keys
    stable = set(base) & set(ours) & set(theirs)
    gaps = [gaps_of(row, stable) for row in keys]
    found: Rivalry = {}
    before, mine, yours = set(base), set(ours), set(theirs)
    for gap in dict.fromkeys((*gaps[0], *gaps[1])):
        gone = gaps[0].get(gap, [])
        deleted = [key for key in gone if key not in mine and key not in yours]
        only_ours = [key for key in gaps[1].get(gap, []) if key not in before | yours]
        only_theirs = [key for key in gaps[2].get(gap, []) if key not in before | mine]
        if not ((deleted or in_order) and only_ours and only_theirs):
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

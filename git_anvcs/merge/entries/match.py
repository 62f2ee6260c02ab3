"""Which entries of three versions of a section are the same: by key, by alias, by what they say."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from git_anvcs.merge.data import order
from git_anvcs.merge.entries.entry import Entry, words

PAIRS = 10_000  # entries to compare for edits in one section; with more none is looked for

Bodies = tuple[Sequence[Entry], Sequence[Entry], Sequence[Entry]]
Maps = list[dict[Hashable, Entry]]
# A second identity: entries that both sides add with the same one are the same entry.
Alias = Callable[[Entry], Hashable]
# Whether an entry of a side is an edit of one of the base that this side no longer has.
Kin = Callable[[Entry, Entry], bool]


class Ambiguous(Exception):
    """Two entries of one section that nothing tells apart."""


def no_alias(_entry: Entry) -> None:
    """For formats whose entries have one identity."""


def told_apart(bodies: Bodies) -> Maps:
    """The entries by key; those whose key stands twice in some version also by what they say."""
    counts = [Counter(entry.key for entry in row) for row in bodies]
    twice = {key for count in counts for key, number in count.items() if number > 1}
    maps: Maps = []
    for row in bodies:
        found: dict[Hashable, Entry] = {}
        for entry in row:
            key = (*entry.key, words(entry)) if entry.key in twice else entry.key
            if key in found:
                raise Ambiguous(entry.name)
            found[key] = entry
        maps.append(found)
    return maps


def met(alias: Alias, maps: Maps) -> Maps:
    """The same, where what both sides added under one alias has one key: that of ours."""
    base, ours, theirs = maps
    new = {alias(one): key for key, one in ours.items() if key not in base}
    renamed = {
        key: new[alias(one)]
        for key, one in theirs.items()
        if key not in base and alias(one) is not None and new.get(alias(one), key) != key
    }
    if renamed.keys() & ours.keys() or set(renamed.values()) & theirs.keys():
        raise Ambiguous("two identities that cross")
    return [base, ours, {renamed.get(key, key): one for key, one in theirs.items()}]


def paired(kin: Kin, maps: Maps) -> Maps:
    """The same, where an entry that a side edited has the key it has in the base.

    What both made of an entry comes first, so that what they did inside it is seen; then entries
    that the other side still has: for the others it only says whether an entry was deleted there
    and edited here.
    """
    base, ours, theirs = maps
    gone = [key for key in base if key not in ours and key not in theirs]
    new = [key for key in ours if key in theirs and key not in base]
    both = edits(kin, (base, gone), (ours, new))
    ours, theirs = (
        {both.get(key, key): one for key, one in side.items()} for side in (ours, theirs)
    )
    sides = []
    for side, other in ((ours, theirs), (theirs, ours)):
        new = [key for key in side if key not in base and key not in other]
        gone = [key for key in base if key not in side]
        gone.sort(key=lambda key: key not in other)
        renamed = edits(kin, (base, gone), (side, new))
        sides.append({renamed.get(key, key): one for key, one in side.items()})
    return [base, *sides]


Some = tuple[dict[Hashable, Entry], Sequence[Hashable]]


def edits(kin: Kin, old: Some, new: Some) -> dict[Hashable, Hashable]:
    """Key of a new entry -> key of the old one that it is an edit of."""
    (base, gone), (side, come) = old, new
    renamed: dict[Hashable, Hashable] = {}
    for one in gone if len(come) * len(gone) <= PAIRS else []:
        found = [key for key in come if key not in renamed and kin(base[one], side[key])]
        renamed.update(dict.fromkeys(found[:1], one))
    return renamed


def doubted(maps: Maps) -> tuple[Maps, set[Hashable]]:
    """The same, where what one side put in the place of an entry that the other side put into
    another order has the key of that entry. And the keys of those that the other side moved:
    nobody knows whether the new one is an edit of them."""
    base, *sides = maps
    found: set[Hashable] = set()
    for number, other in enumerate(reversed(sides)):
        side = sides[number]
        shared = [key for key in base if key in other]
        now = [key for key in other if key in base]
        if shared == now:
            continue
        stable = base.keys() & side.keys()
        gone, new = (order.gaps_of(list(row), stable) for row in (base, side))
        renamed = {
            key: old
            for gap, row in gone.items()
            for old, key in zip(row, new.get(gap, []), strict=False)
            if old in other and key not in other and base[old].key[0] == side[key].key[0]
        }
        sides[number] = {renamed.get(key, key): one for key, one in side.items()}
        found.update(order.went(shared, now) & set(renamed.values()))
    return [base, *sides], found

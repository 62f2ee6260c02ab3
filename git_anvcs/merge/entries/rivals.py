"""Places of a section at which both sides did what excludes each other."""

from collections.abc import Callable, Hashable, Sequence

from git_anvcs.merge.data.identity import Keys
from git_anvcs.merge.data.order import gaps_of
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.match import Maps

# Whether what ours and theirs add at one place cannot both stay in some order.
Exclusive = Callable[[Sequence[Entry], Sequence[Entry]], bool]
Places = dict[Hashable, tuple[list[Hashable], list[Hashable], list[Hashable]] | None]


def rivals(keys: Keys, maps: Maps, exclusive: Exclusive | None) -> Places:
    """Places at which both sides did what excludes each other: the place is a conflict.

    Both deleted entries and put different ones there, or added what is exclusive. The first key of
    a place has the keys of base, ours and theirs there, the others have None.
    """
    base, ours, theirs = map(set, keys)
    stable = base & ours & theirs
    gaps = [gaps_of(row, stable) for row in keys]
    found: Places = {}
    for gap, row in gaps[1].items():
        deleted = [key for key in gaps[0].get(gap, []) if key not in ours and key not in theirs]
        mine = [key for key in row if key not in base | theirs]
        yours = [key for key in gaps[2].get(gap, []) if key not in base | ours]
        if not (mine and yours):
            continue
        added = [[maps[1][key] for key in mine], [maps[2][key] for key in yours]]
        if deleted or (exclusive and exclusive(*added)):
            found.update(dict.fromkeys([*mine, *yours]))
            found[mine[0]] = (deleted, mine, yours)
    return found

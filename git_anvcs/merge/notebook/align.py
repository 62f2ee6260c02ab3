"""Which cells of three notebooks are the same cell, and in which order the result has them."""

from collections import Counter
from collections.abc import Hashable, Sequence
import re
from typing import NamedTuple

from git_anvcs.kernel.diff import same
from git_anvcs.merge.data import order
from git_anvcs.merge.notebook.read import WITH_IDS, Cell, Notebook

LIKE = 0.6  # share of words that two versions of one cell have in common at least
COMPARED = 2500  # pairs of cells compared in one gap at most
TELLING = 3  # words that a cell has at least, if another one that holds its lines is the same cell
WORD = re.compile(r"\w+|[^\w\s]")
START = -1  # the gap before the first cell

Pairs = dict[int, int]


class Trio(NamedTuple):
    """One cell in the three versions, None where it is absent."""

    base: Cell | None
    ours: Cell | None
    theirs: Cell | None


class Aligned(NamedTuple):
    """The cells in the order of the result.

    contested: of each cell, whether one side put it where the other one put something else
    reordered: both sides moved cells differently, and ours' order stands
    """

    cells: list[Trio]
    contested: list[bool]
    reordered: bool


def align(base: Notebook | None, ours: Notebook, theirs: Notebook) -> Aligned:
    """Every cell of the three versions once."""
    before = base.cells if base else ()
    by_id = has_ids([one for one in (base, ours, theirs) if one])
    mine = matched(before, ours.cells, by_id=by_id)
    yours = matched(before, theirs.cells, by_id=by_id)
    follow(ours.cells, theirs.cells, mine, yours, by_id=by_id)
    follow(theirs.cells, ours.cells, yours, mine, by_id=by_id)
    added = added_by_both(ours.cells, theirs.cells, mine, yours, by_id=by_id)
    if not by_id:
        replaced(before, (ours.cells, theirs.cells), (mine, yours), added)
    rows: list[list[Hashable]] = [
        [("b", n) for n in range(len(before))],
        [("b", mine[n]) if n in mine else ("o", n) for n in range(len(ours.cells))],
        [
            ("b", yours[n]) if n in yours else ("o", added[n]) if n in added else ("t", n)
            for n in range(len(theirs.cells))
        ],
    ]
    maps = [
        dict(zip(row, cells, strict=True))
        for row, cells in zip(rows, (before, ours.cells, theirs.cells), strict=True)
    ]
    keys = (rows[0], rows[1], rows[2])
    if order.moved(rows[0], rows[2]) and not order.moved(rows[0], rows[1]):
        names = order.woven(rows[2], rows[1], None, main_first=False)
    else:
        names = order.woven(rows[1], rows[2], None, main_first=True)
    trios = [Trio(*(one.get(name) for one in maps)) for name in names]
    rivals = of_shared_gaps(rows)
    return Aligned(trios, [name in rivals for name in names], not order.same_order(keys))


def has_ids(books: Sequence[Notebook]) -> bool:
    """Whether every cell of every version has an id that no other cell there has."""
    for book in books:
        ids = {cell.id for cell in book.cells}
        if (book.major, book.minor) < WITH_IDS or "" in ids or len(ids) != len(book.cells):
            return False
    return True


def matched(base: Sequence[Cell], side: Sequence[Cell], *, by_id: bool) -> Pairs:
    """Place in the side -> place in the base: by id, by equal text, by likeness in order."""
    pairs: Pairs = {}
    if by_id:
        known = {cell.id: place for place, cell in enumerate(base)}
        pairs = {n: known[cell.id] for n, cell in enumerate(side) if cell.id in known}
    equal_in_order(base, side, pairs, empty=False)
    equal_elsewhere(base, side, pairs)
    alike_in_gaps(base, side, pairs)
    alike_elsewhere(base, side, pairs)
    equal_in_order(base, side, pairs, empty=True)  # last: an empty cell is no landmark
    return pairs


def follow(
    side: Sequence[Cell], other: Sequence[Cell], pairs: Pairs, known: Pairs, *, by_id: bool
) -> None:
    """A cell that is, or says, what the other side made of a cell of the base is that cell too.

    So what was merged is known again, also where it is like the base no more.
    """
    taken = set(pairs.values())
    right = sorted(n for n, place in known.items() if place not in taken)
    if by_id:
        places = {other[n].id: known[n] for n in right}
        found = {n: places[cell.id] for n, cell in enumerate(side) if cell.id in places}
        pairs |= {n: place for n, place in found.items() if n not in pairs}
        taken = set(pairs.values())
    right = [n for n in right if known[n] not in taken and other[n].text]
    left = [n for n, cell in enumerate(side) if n not in pairs and cell.text]
    pairs |= {
        left[m]: known[right[n]]
        for m, n in same([content(side[m]) for m in left], [content(other[n]) for n in right])
    }


def equal_in_order(
    base: Sequence[Cell], side: Sequence[Cell], pairs: Pairs, *, empty: bool
) -> None:
    taken = set(pairs.values())
    left = [n for n, cell in enumerate(base) if n not in taken and empty is not bool(cell.text)]
    right = [n for n, cell in enumerate(side) if n not in pairs and empty is not bool(cell.text)]
    pairs |= {
        right[n]: left[m]
        for m, n in same([content(base[n]) for n in left], [content(side[n]) for n in right])
    }


def equal_elsewhere(base: Sequence[Cell], side: Sequence[Cell], pairs: Pairs) -> None:
    """Cells that moved: their text stands once in each version."""
    taken = set(pairs.values())
    times = Counter(map(content, base)), Counter(map(content, side))
    there = {content(cell): n for n, cell in enumerate(base) if n not in taken}
    for n, cell in enumerate(side):
        key = content(cell)
        if n not in pairs and key in there and times[0][key] == times[1][key] == 1 and cell.text:
            pairs[n] = there[key]


def alike_in_gaps(base: Sequence[Cell], side: Sequence[Cell], pairs: Pairs) -> None:
    gone, come = gaps_of(base, side, pairs)
    for gap, places in gone.items():
        new = come.get(gap, [])
        if 0 < len(places) * len(new) <= COMPARED:
            pairs |= {
                new[n]: places[m]
                for m, n in alike([base[m] for m in places], [side[n] for n in new])
            }


def alike_elsewhere(base: Sequence[Cell], side: Sequence[Cell], pairs: Pairs) -> None:
    """Cells that moved and changed: each is the one most like the other of all that are left."""
    taken = set(pairs.values())
    left = [n for n in range(len(base)) if n not in taken]
    right = [n for n in range(len(side)) if n not in pairs]
    if not 0 < len(left) * len(right) <= COMPARED:
        return
    shapes = [{n: shape(cells[n]) for n in rest} for cells, rest in ((base, left), (side, right))]
    scores = sorted(
        (-likeness(shapes[0][m], shapes[1][n]), m, n)
        for m in left
        for n in right
        if base[m].kind == side[n].kind
    )
    for score, m, n in scores:
        if -score >= LIKE and m not in taken and n not in pairs:
            pairs[n] = m
            taken.add(m)


def gaps_of(
    base: Sequence[Cell], side: Sequence[Cell], pairs: Pairs
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """What has no partner, by the matched cell of the base before it."""
    gone: dict[int, list[int]] = {}
    come: dict[int, list[int]] = {}
    taken = set(pairs.values())
    last = START
    for n in range(len(base)):
        if n in taken:
            last = n
        else:
            gone.setdefault(last, []).append(n)
    last = START
    for n in range(len(side)):
        if n in pairs:
            last = pairs[n]
        else:
            come.setdefault(last, []).append(n)
    return gone, come


def alike(left: Sequence[Cell], right: Sequence[Cell]) -> list[tuple[int, int]]:
    """The pairs, in order, whose likeness adds up to the most."""
    shapes = [[shape(cell) for cell in side] for side in (left, right)]
    best: list[list[float]] = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    worth: dict[tuple[int, int], float] = {}
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if left[i].kind == right[j].kind:
                same = likeness(shapes[0][i], shapes[1][j])
                if same >= LIKE and same + best[i + 1][j + 1] >= best[i][j]:
                    worth[i, j] = best[i][j] = same + best[i + 1][j + 1]
    found = []
    i = j = 0
    while i < len(left) and j < len(right):
        if worth.get((i, j)) == best[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


class Shape(NamedTuple):
    """What two cells are compared by: how often each word and each line stands in one."""

    words: Counter[str]
    lines: Counter[str]


def shape(cell: Cell) -> Shape:
    lines = Counter(line for line in map(str.strip, cell.text.split("\n")) if line)
    return Shape(Counter(WORD.findall(cell.text)), lines)


def likeness(one: Shape, two: Shape) -> float:
    """The share of words that both have, from 0 to 1; a text without words is like no other.

    A cell that holds all lines of the other is the same cell, however much it has grown.
    """
    total = one.words.total() + two.words.total()
    share = 2 * (one.words & two.words).total() / total if total else 0.0
    small, large = sorted((one, two), key=lambda each: each.words.total())
    if share < LIKE and small.words.total() >= TELLING and small.lines <= large.lines:
        return LIKE
    return share


def content(cell: Cell) -> Hashable:
    return cell.kind, cell.text


def added_by_both(
    ours: Sequence[Cell], theirs: Sequence[Cell], mine: Pairs, yours: Pairs, *, by_id: bool
) -> Pairs:
    """Place in theirs -> place in ours, of cells that both added with equal text at one place.

    With ids, cells of one id anywhere.
    """
    found: Pairs = {}
    if by_id:
        known = {cell.id: n for n, cell in enumerate(ours) if n not in mine}
        for n, cell in enumerate(theirs):
            place = known.get(cell.id)
            if n not in yours and place is not None and content(cell) == content(ours[place]):
                found[n] = place
        mine_left = {**mine, **dict.fromkeys(found.values(), 0)}
        yours_left = {**yours, **dict.fromkeys(found, 0)}
    else:
        mine_left, yours_left = mine, yours
    kept = set(mine.values()) & set(yours.values())
    new = [by_gap(side, pairs, kept) for side, pairs in ((ours, mine), (theirs, yours))]
    for gap, places in new[0].items():
        left = [n for n in places if n not in mine_left]
        right = [n for n in new[1].get(gap, []) if n not in yours_left]
        for m, n in same([content(ours[m]) for m in left], [content(theirs[n]) for n in right]):
            found[right[n]] = left[m]
    return found


def by_gap(side: Sequence[Cell], pairs: Pairs, kept: set[int]) -> dict[int, list[int]]:
    """The added cells by the cell of the base before them that both sides kept."""
    new = gaps_of((), side, {n: m for n, m in pairs.items() if m in kept})[1]
    return {gap: [n for n in places if n not in pairs] for gap, places in new.items()}


def replaced(
    base: Sequence[Cell],
    sides: tuple[Sequence[Cell], Sequence[Cell]],
    pairs: tuple[Pairs, Pairs],
    added: Pairs,
) -> None:
    """A cell that both sides took out, each with one other in its place: all three are one cell.

    Else two ways to rewrite a cell would both stay, as if they were new.
    """
    gone = [gaps_of(base, side, one)[0] for side, one in zip(sides, pairs, strict=True)]
    come = [gaps_of((), side, one)[1] for side, one in zip(sides, pairs, strict=True)]
    for gap, places in gone[0].items():
        mine, yours = (one.get(gap, []) for one in come)
        if gone[1].get(gap) != places or not len(places) == len(mine) == len(yours) == 1:
            continue
        kinds = {base[places[0]].kind, sides[0][mine[0]].kind, sides[1][yours[0]].kind}
        if len(kinds) == 1 and yours[0] not in added:
            pairs[0][mine[0]] = places[0]
            pairs[1][yours[0]] = places[0]


def of_shared_gaps(rows: Sequence[Sequence[Hashable]]) -> set[Hashable]:
    """What stands where both sides inserted something of their own."""
    stable = set(rows[1]) & set(rows[2])
    new = [[key for key in row if key in stable or key not in set(rows[0])] for row in rows[1:]]
    mine, yours = (order.gaps_of(row, stable) for row in new)
    return {key for gap in mine.keys() & yours.keys() for key in (*mine[gap], *yours[gap])}

"""Tables whose columns one side moved, added or removed: rows follow their columns.

A column is known by its heading; one with another heading at the same place by what is in it.
Where both sides changed the columns differently, or one wrote into a column that the other
removed, the table is a conflict.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
import re
from typing import NamedTuple

from git_anvcs.merge.entries.entry import Entry, Placed, walk

PIPE = re.compile(rb"(?<!\\)\|")
ALIKE = 0.6  # share of values in common from which on a column has only got another heading

Cells = list[bytes]
Trio = tuple[Entry | None, Entry, Entry]
RULE = "row-columns"
# For each column of one table its place in another.
Places = dict[int, int]


class Grid(NamedTuple):
    """A table as cells with the white space in them. edges: what stands around the cells."""

    edges: tuple[bytes, bytes]
    head: Cells
    rule: Cells
    rows: list[Cells]

    @property
    def names(self) -> list[bytes]:
        return [words(cell) for cell in self.head]

    def column(self, place: int) -> Counter[bytes]:
        """What stands in a column, blank cells apart."""
        found = (words(row[place]) for row in self.rows)
        return Counter(text for text in found if text)


def conform(base: Entry | None, ours: Entry, theirs: Entry) -> tuple[Trio, str] | None:
    """The three versions with the columns of the side that changed them, and the rule's name, if
    one did; None: a conflict."""
    as_is = (base, ours, theirs), ""
    if base is None or {one.key[0] for one in (base, ours, theirs)} != {"table"}:
        return as_is
    before, mine, yours = (grid(one) for one in (base, ours, theirs))
    if before is None or mine is None or yours is None:
        return as_is if len({words(one.head) for one in (base, ours, theirs)}) == 1 else None
    moves = paired(before, mine), paired(before, yours)
    still = [stays(move, before, side) for move, side in zip(moves, (mine, yours), strict=True)]
    if all(still):
        return as_is
    changed = int(still[0])  # the side whose columns all shall have
    model, kept = (mine, yours)[changed], (yours, mine)[changed]
    places = moves[changed]
    if mine.names == yours.names and fits(before, before, places):
        made = [laid_out(base, before, model, places), ours, theirs]
    elif any(still) and fits(before, kept, places):
        made = [laid_out(base, before, model, places), ours, theirs]
        made[2 - changed] = laid_out((theirs, ours)[changed], kept, model, places)
    else:
        return None
    base, ours, theirs = (known_by(one, places.get(0, 0)) for one in made)
    return (base, ours, theirs), RULE


def strayed(roots: Sequence[Entry], made: Entry) -> Iterator[Placed]:
    """Rows that stand under other columns than in the versions that have them."""
    homes = [(one, grid(one.entry)) for root in roots for one in tables(root)]
    for one in tables(made):
        here = grid(one.entry)
        there = [grid for home, grid in homes if grid and home.path == one.path]
        if here is None or all(grid.names == here.names for grid in there):
            continue
        for at, said in enumerate(here.rows):
            own = [grid for grid in there if said in grid.rows]
            if own and not any(stays(paired(grid, here), grid, here) for grid in own):
                line = one.first + 2 + at
                yield Placed((*one.path, one.entry.key), one.entry.body[at], line, line)


def tables(root: Entry) -> Iterator[Placed]:
    return (one for one in walk(root) if one.entry.key[0] == "table")


def grid(table: Entry) -> Grid | None:
    """None for rows with more cells than there are columns, or headings without a name apart."""
    head, _, rule = table.head.partition(b"\n")
    indent = head[: len(head) - len(head.lstrip())]
    edges = indent + b"|" * head.lstrip().startswith(b"|"), b"|" * head.rstrip().endswith(b"|")
    first = cells(head)
    rows = [cells(row.head) for row in table.body]
    if any(len(row) > len(first) for row in rows) or len(cells(rule)) != len(first):
        return None
    full = [row + [b""] * (len(first) - len(row)) for row in rows]
    made = Grid(edges, first, cells(rule), full)
    return made if len(set(made.names)) == len(first) else None


def cells(line: bytes) -> Cells:
    """The cells of a line, with the white space in them."""
    text = line.strip().removeprefix(b"|")
    return PIPE.split(text[:-1] if text.endswith(b"|") and not text.endswith(b"\\|") else text)


def words(text: bytes) -> bytes:
    return b" ".join(text.split())


def paired(base: Grid, side: Grid) -> Places:
    """Where the columns of the base are now: by heading, else at the same place by values."""
    known = {name: place for place, name in enumerate(side.names)}
    found = {place: known[name] for place, name in enumerate(base.names) if name in known}
    left = [place for place in range(len(base.names)) if place not in found]
    free = [place for place in range(len(side.names)) if place not in found.values()]
    if len(left) != len(free):
        return found
    pairs = zip(left, free, strict=True)
    return found | {one: two for one, two in pairs if alike(base.column(one), side.column(two))}


def alike(one: Counter[bytes], two: Counter[bytes]) -> bool:
    most = max(one.total(), two.total())
    return bool(most) and (one & two).total() >= ALIKE * most


def stays(places: Places, base: Grid, side: Grid) -> bool:
    """Whether every column is where it was, and no other is there."""
    still = all(place == now for place, now in places.items())
    return still and len(places) == len(base.names) == len(side.names)


def fits(base: Grid, other: Grid, places: Places) -> bool:
    """Whether the other side put nothing into the columns that are gone."""
    gone = (place for place in range(len(base.names)) if place not in places)
    return not any(other.column(place) - base.column(place) for place in gone)


def laid_out(table: Entry, old: Grid, new: Grid, places: Places) -> Entry:
    """The table with the columns of another one, empty where it has none."""
    source = {now: place for place, now in places.items()}
    known = {tuple(map(words, row)): row for row in new.rows}
    blank = [b" " * max(len(cell), 1) for cell in new.head]

    def moved(row: Cells, blank: Cells) -> bytes:
        made = [row[source[at]] if at in source else one for at, one in enumerate(blank)]
        return written(known.get(tuple(map(words, made)), made), new.edges)

    head = moved(old.head, new.head) + b"\n" + moved(old.rule, new.rule)
    body = zip(table.body, (moved(row, blank) for row in old.rows), strict=True)
    return table._replace(head=head, body=tuple(one._replace(head=row) for one, row in body))


def written(row: Cells, edges: tuple[bytes, bytes]) -> bytes:
    """A row with what stands around its cells; one that begins or ends blank needs a pipe there."""
    first, last = edges
    if first.endswith(b"|") and last:
        return first + b"|".join(row) + last
    first = first.removesuffix(b"|") + b"| " * (first.endswith(b"|") or not row[0].strip())
    last = b" |" * bool(last or not row[-1].strip())
    return first + b" | ".join(map(bytes.strip, row)) + last


def known_by(table: Entry, place: int) -> Entry:
    """The table with its rows known by the cell at this place."""
    said = (b"".join(cells(row.head)[place : place + 1]) for row in table.body)
    keys = (("row", words(cell)) for cell in said)
    return table._replace(
        body=tuple(row._replace(key=key) for row, key in zip(table.body, keys, strict=True))
    )

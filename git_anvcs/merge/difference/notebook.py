"""Notebooks as units: the cells, matched as the merge matches them, and all else as data."""

from collections.abc import Hashable, Sequence
from itertools import zip_longest

from git_anvcs.merge.data.node import Item
from git_anvcs.merge.difference.data import (
    Data,
    Part,
    crowded,
    line_starts,
    opposite,
    part_of,
    run_of,
    same_value,
    unit_of,
)
from git_anvcs.merge.difference.unit import Own, Unit
from git_anvcs.merge.notebook.align import has_ids, matched
from git_anvcs.merge.notebook.read import Cell, Notebook, cell, read

MARKER_SIZE = 7
_LONGEST = 200  # characters of a line of a cell worth showing
_CELLS = ("cells", "worksheets")
_NAMES = {"input": "source", "execution_count": "execution", "cell_type": "type"}


class Notebooks(Data):
    """Two versions of one notebook."""

    def __init__(self, path: str) -> None:
        super().__init__("json", path)
        self.books: dict[bytes, Notebook] = {}

    def root(self, text: bytes) -> Unit:
        text = text.replace(b"\r\n", b"\n")
        book = self.books[text] = read(text, self.numbers, MARKER_SIZE)
        starts = line_starts(text, 0)
        part = Part(book.document.root, None, (), starts)
        return Unit("notebook", "", "", text, (0, len(starts) - 1), node=part)

    def inside(self, old: Unit | None, new: Unit | None) -> tuple[Sequence[Unit], Sequence[Unit]]:
        if any(unit and unit.kind == "cell" for unit in (old, new)):
            return (), ()
        if any(unit and unit.kind != "notebook" for unit in (old, new)):
            return super().inside(old, new)
        books = [self.books[unit.text] if unit else None for unit in (old, new)]
        keys = keys_of(*books)
        olds, news = (self.members(*row) for row in zip((old, new), books, keys, strict=True))
        if old is None or new is None or not (crowded(olds, old) or crowded(news, new)):
            return olds, news
        return opposite(old, new, olds), opposite(new, old, news)

    def members(
        self, unit: Unit | None, book: Notebook | None, keys: Sequence[Hashable]
    ) -> list[Unit]:
        """The cells, and the other members of the file."""
        if unit is None or book is None:
            return []
        part = part_of(unit)
        holder = part._replace(node=book.cells_node, where=("cells",))
        found = []
        for place, one in enumerate(book.cells):
            made = unit_of(holder, one.item, place, keys[place])
            found.append(made._replace(kind="cell", name=f"cells[{place}]", joint="."))
        others = [item for item in part.node.items if item.key not in _CELLS]
        found += [unit_of(part, item, 0, item.key) for item in others]
        return sorted(found, key=lambda one: one.lines)

    def own(self, old: Unit, new: Unit) -> Own | None:
        if old.kind != "cell":
            return super().own(old, new)
        one, two = cell_of(old), cell_of(new)
        if one.node.canon == two.node.canon:
            return same_value(old, new)
        run = run_of(old, new)
        aspects = tuple(aspects_of(one, two))
        told = first_difference(one.text, two.text) if "source" in aspects else ("", "")
        return Own(aspects, *told, tuple(run.old), tuple(run.new))

    def told(self, unit: Unit) -> str:
        if unit.kind != "cell":
            return super().told(unit)
        return next((line for line in cell_of(unit).text.split("\n") if line.strip()), "")[
            :_LONGEST
        ]


def cell_of(unit: Unit) -> Cell:
    part = part_of(unit)
    if part.item is None:
        raise TypeError("a unit of another form")
    major = 3 if any(item.key == "input" for item in part.node.items) else 4
    return cell(part.item, major)


def keys_of(
    old: Notebook | None, new: Notebook | None
) -> tuple[Sequence[Hashable], Sequence[Hashable]]:
    """What tells the cells apart: one that is in both by its place in the old version."""
    pairs = matched(old.cells, new.cells, by_id=has_ids([old, new])) if old and new else {}
    before = [("old", place) for place in range(len(old.cells) if old else 0)]
    after = [
        ("old", pairs[place]) if place in pairs else ("new", place)
        for place in range(len(new.cells) if new else 0)
    ]
    return before, after


def aspects_of(old: Cell, new: Cell) -> list[str]:
    """The members that differ, by name: `source`, `outputs`, `execution`, `metadata`, …"""
    before, after = by_key(old.node.items), by_key(new.node.items)
    names = dict.fromkeys([*before, *after])
    return [
        _NAMES.get(name, name)
        for name in names
        if name not in before
        or name not in after
        or before[name].value.canon != after[name].value.canon
    ]


def by_key(items: Sequence[Item]) -> dict[str, Item]:
    return {item.key: item for item in items}


def first_difference(old: str, new: str) -> tuple[str, str]:
    """The first line in which two texts differ."""
    for one, two in zip_longest(old.split("\n"), new.split("\n"), fillvalue=""):
        if one != two:
            return one[:_LONGEST], two[:_LONGEST]
    return "", ""

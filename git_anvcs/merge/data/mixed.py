"""What lines that merged cleanly may have made of data that no side meant.

Each part of the result that is as no version has it is held against the three versions: two
alternatives in one map, one word or one port twice (identities: see coded.py), a list that only
stands as a whole put together from both sides, lists that run side by side changed in one of them.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from git_anvcs.merge.checks import Flaw
from git_anvcs.merge.data import compose, identity, one_of
from git_anvcs.merge.data.node import Item, Node
from git_anvcs.merge.data.one_of import Alternatives
from git_anvcs.merge.result import Rules

Trio = tuple[Node | None, Node | None, Node | None]
Where = tuple[str, ...]
# How lists are called that are the columns of one table.
COLUMNS = frozenset((
    "categories", "cells", "colors", "columns", "data", "fields", "header", "headers", "index",
    "keys", "labels", "names", "rows", "series", "ticks", "titles", "types", "units", "values",
    "weights", "widths", "x", "y", "z",
))  # fmt: skip


class Place(NamedTuple):
    """A value of the result, what it is in base, ours and theirs, and its path."""

    made: Node
    trio: Trio
    where: Where


class Judge(NamedTuple):
    """What one check needs everywhere."""

    path: str
    rules: Rules
    ways: Alternatives


def flaws(path: str, rules: Rules, roots: Trio, made: Node) -> list[Flaw]:
    """The flaws of a result, the numbers of all four trees from one table.

    Their lines count from the first line of the result's source.
    """
    there = [root for root in roots if root]
    judge = Judge(path, rules, one_of.of_file(path, rules.schema, there))
    found: list[Flaw] = []
    todo = [Place(made, roots, ())]
    while todo:
        place = todo.pop()
        if any(one and same(one, place.made) for one in place.trio):
            continue
        if place.made.kind == "map":
            found += of_map(judge, place)
            todo += inner_of_map(place)
        elif place.made.kind == "list":
            how, keys = known(judge, place)
            found += of_list(place, how, keys)
            todo += inner_of_list(place, how if keys else "")
    return sorted(found, key=lambda flaw: flaw.first)


def same(one: Node, two: Node) -> bool:
    """Whether two values are equal; most are so to the byte. Those of TOML have no bytes."""
    return (one.end > 0 and one.text == two.text) or one.canon == two.canon


def flaw(kind: str, place: Place, node: Node, more: str = "") -> Flaw:
    start = node.start + len(node.text) - len(node.text.lstrip())
    first = node.source.count(b"\n", 0, start) + 1
    last = first + node.source.count(b"\n", start, max(node.end - 1, start))
    return Flaw(kind, ".".join((*place.where, more) if more else place.where), first, last)


def of_map(judge: Judge, place: Place) -> Iterator[Flaw]:
    versions = [one_of.keys_of(one) for one in place.trio if one and one.kind == "map"]
    clash = judge.ways.clash(place.where, one_of.keys_of(place.made), versions)
    if clash:
        yield flaw("one-of", place, place.made, " | ".join(clash))
    if all(one and one.kind == "map" for one in place.trio):
        yield from side_by_side(judge, place)


def side_by_side(judge: Judge, place: Place) -> Iterator[Flaw]:
    """Lists of one length in every version that a side changed together: columns of a table."""
    maps = [{item.key: item.value for item in one.items} for one in place.trio if one]
    now = {item.key: item.value for item in place.made.items}
    names = [
        name
        for name in now
        if all(name in one and one[name].kind == "list" for one in (*maps, now))
        and not identity.stated(judge.path, (*place.where, name), judge.rules)
    ]
    for one, two in combinations(names, 2):
        rows = [(row[one], row[two]) for row in maps]
        if any(len(a.items) != len(b.items) for a, b in rows):
            continue
        if not ({one, two} <= COLUMNS or positional(rows)) or not together(rows):
            continue
        pairs = [(a.canon, b.canon) for a, b in rows]
        if pairs[0] not in pairs[1:] and (now[one].canon, now[two].canon) not in pairs:
            for node in (now[one], now[two]):
                yield flaw("mixed", place, node, f"{one}, {two}")


def positional(rows: Sequence[tuple[Node, Node]]) -> bool:
    """Whether in one of the lists only the place says which element is which."""
    columns = ([values(node) for node in column] for column in zip(*rows, strict=True))
    return any(identity.positional(column, ()) for column in columns)


def together(rows: Sequence[tuple[Node, Node]]) -> bool:
    """Whether a side changed both lists, of more than one element."""
    (one, two), *sides = rows
    return any(a.canon != one.canon and b.canon != two.canon and len(a.items) > 1 for a, b in sides)


def known(judge: Judge, place: Place) -> tuple[str, identity.Keys | None]:
    """How the elements of the list are known; nothing where a side has no such list."""
    base, ours, theirs = (one if one and one.kind == "list" else None for one in place.trio)
    if ours is None or theirs is None:
        return "", None
    return identity.resolved((base, ours, theirs), judge.path, place.where, judge.rules)


def of_list(place: Place, how: str, keys: identity.Keys | None) -> Iterator[Flaw]:
    nodes = values(place.made)
    if how == "atomic":
        yield flaw("mixed", place, place.made)
    elif how == "ordered":
        widths = [width(one) for one in place.trio if one]
        if all(widths) and not width(place.made):
            yield flaw("mixed", place, place.made)
    elif keys and (how == "set" or how in compose.LABELS) and (row := identity.labels(how, nodes)):
        versions = (identity.labels(how, values(one)) or [] for one in place.trio if one)
        twice = repeated(row) - set[Hashable]().union(*map(repeated, versions))
        yield from (
            flaw("duplicate", place, node)
            for number, (label, node) in enumerate(zip(row, nodes, strict=True))
            if label in twice and label in row[:number]
        )


def width(node: Node) -> int:
    """How many columns a table has whose rows are lists; 0 where that is not one number."""
    widths = {len(one.items) if one.kind == "list" else 0 for one in values(node)}
    return widths.pop() if len(widths) == 1 else 0


def repeated(row: Sequence[Hashable]) -> set[Hashable]:
    return {label for label, count in Counter(row).items() if count > 1}


def values(node: Node) -> list[Node]:
    return [item.value for item in node.items]


def inner_of_map(place: Place) -> Iterator[Place]:
    rows = [by_key(one) for one in place.trio]
    for item in place.made.items:
        base, ours, theirs = (row.get(item.key) for row in rows)
        yield Place(item.value, (base, ours, theirs), (*place.where, item.key))


def by_key(node: Node | None) -> dict[str, Node]:
    items: Sequence[Item] = node.items if node and node.kind == "map" else ()
    return {item.key: item.value for item in items}


def inner_of_list(place: Place, how: str) -> Iterator[Place]:
    """The elements, each with the same one of the versions: by identity, else by its place where
    the list has one length; others are not looked into."""
    where = (*place.where, "*")
    nodes = values(place.made)
    rows = [values(one) if one and one.kind == "list" else [] for one in place.trio]
    now = identity.labels(how, nodes) if how else None
    if now is None:
        if len({len(nodes), *map(len, rows)}) == 1:
            for made, base, ours, theirs in zip(nodes, *rows, strict=True):
                yield Place(made, (base, ours, theirs), where)
        return
    maps = [dict(zip(identity.labels(how, row) or (), row, strict=False)) for row in rows]
    for label, made in zip(now, nodes, strict=True):
        base, ours, theirs = (found.get(label) for found in maps)
        yield Place(made, (base, ours, theirs), where)

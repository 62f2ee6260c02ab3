"""The definitions of a file: each with its rows, the comments above it, and what it is called."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from git_anvcs.merge.code.clauses import clauses
from git_anvcs.merge.code.identity import Within, identity, unwrapped
from git_anvcs.merge.code.imports import is_import
from git_anvcs.merge.code.items import Body, Item, body
from git_anvcs.merge.code.outcome import Unmerged
from git_anvcs.merge.code.source import Source


class Entity(NamedTuple):
    """A definition in rows `first` to `end` of its file.

    where: its name for people, with what it stands in: `class A > def f`
    key: the same with what tells it from others of that name
    inside: the key of what it stands in; empty at the top of the file
    once: a scope holds the name once
    """

    where: str
    key: str
    inside: str
    kind: str
    first: int
    end: int
    text: bytes
    once: bool

    @property
    def label(self) -> str:
        """`def f`, without what it stands in."""
        return self.where.rpartition(" > ")[2]

    @property
    def name(self) -> str:
        return self.label.split()[-1]


def entities(source: Source) -> dict[str, Entity]:
    """By key; names that stand twice in one body are left out."""
    found = list(_in_body(whole(source), "", ""))
    often = Counter(one.key for one in found)
    return {one.key: one for one in found if often[one.key] == 1}


def whole(source: Source) -> Body:
    return body(source, source.root, 0, len(source.starts) - 1)


def remainder(source: Source) -> list[bytes]:
    """The statements at the top of a file that are neither definitions nor imports."""
    around = whole(source)
    within = Within(around.scope, around.fixed)
    return [
        item.text
        for item in around.items
        if item.nodes
        and not is_import(item)
        and not identity(item, within).label
        and item.kind not in source.profile.imports
    ]


def _in_body(around: Body, where: str, inside: str) -> Iterator[Entity]:
    within = Within(around.scope, around.fixed)
    for item in around.items:
        name = identity(item, within)
        if not name.label:
            continue
        label = f"{where} > {name.label}" if where else name.label
        key = f"{inside} > {name.key}" if inside else name.key
        inner = unwrapped(item.source, item.nodes[0])[0]
        yield Entity(label, key, inside, inner.type, item.first, item.end, item.text, name.once)
        if inner.type in item.source.profile.classes:
            for held in _bodies(item):
                yield from _in_body(held, label, key)


def _bodies(item: Item) -> Iterator[Body]:
    try:
        for clause in clauses(item):
            if clause.block is not None:
                yield body(item.source, clause.block, clause.header_end, clause.end)
    except Unmerged:
        return

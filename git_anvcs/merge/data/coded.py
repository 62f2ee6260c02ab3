"""Codes in data files: maps whose values are numbers, lists of maps in which a field is distinct.

Nothing is read again unless both sides wrote lines with one number or one identity.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
import re
from typing import NamedTuple

from git_anvcs.merge import distinct
from git_anvcs.merge.checks import Flaw
from git_anvcs.merge.data import identity
from git_anvcs.merge.data.node import Item, Node, field
from git_anvcs.merge.distinct import ANY, Group, Member, Value
from git_anvcs.merge.integers import integer
from git_anvcs.merge.result import Options, Versions

# Fields that are made to tell elements apart; others that differ may do so by accident.
IDENTITIES = ("id", "$id", "uuid", "key", "name")
SCALAR = r"\"[^\"\n]*\"|'[^'\n]*'|[^\s,;#{}\[\]\"']+"
SAID = re.compile(rf"([\w$-]+)[\"']?\s*[:=]\s*({SCALAR})")
PLAIN = ("n", "plain_scalar")


class Table(NamedTuple):
    """A group of members of a data file and the names of what it stands in."""

    where: tuple[str, ...]
    group: Group


Read = Callable[[bytes], Iterable[Table]]


def flaws(versions: Versions, text: bytes, tables: Read) -> list[Flaw]:
    """Values that stand twice in a list of the text where every version has them once."""
    if not said_by_both(versions):
        return []
    made = [one for one in tables(text) if distinct.repeated(one.group.members)]
    if not made:
        return []
    before = [list(tables(version)) if version.strip() else [] for version in versions]
    found = []
    for table in made:
        held = [
            distinct.closest(
                table.group,
                [(True, distinct.pairs(one.group)) for one in side if one.where == table.where],
            )
            for side in before
        ]
        for twice in distinct.taken_twice(table.group, held):
            where = ".".join((*table.where, distinct.shown(twice)))
            found += [Flaw(distinct.KIND, where, one.first, one.last) for one in twice]
    return found


def said_by_both(versions: Versions) -> bool:
    """Whether both sides wrote a number, or an identity, that is the same."""
    base = {*versions.base.split(b"\n")}
    ours, theirs = (
        {
            (key if number is None else "", value.strip("\"'") if number is None else number)
            for line in {*version.split(b"\n")} - base
            for key, value in SAID.findall(line.decode("utf-8", "replace"))
            for number in [integer(value)]
            if key in IDENTITIES or number is not None
        }
        for version in versions[1:]
    )
    return not ours.isdisjoint(theirs)


def tables(root: Node, options: Options, first: int) -> Iterator[Table]:
    """The maps and lists of a value that may hold codes; `first`: the number of its first line."""
    waiting: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while waiting:
        where, node = waiting.pop()
        if node.kind == "map":
            yield from of_map(where, node.items, first)
        elif node.kind == "list" and all(one.value.kind == "map" for one in node.items):
            yield from of_list(where, node.items, options, first)
        waiting += [((*where, one.key or "*"), one.value) for one in node.items if one.value.items]


def of_map(where: tuple[str, ...], items: Sequence[Item], first: int) -> Iterator[Table]:
    found = [(one.key, number(one.value), one) for one in items]
    members = [placed(key, value, one, first) for key, value, one in found if value is not None]
    if members and len(members) == len(found):
        yield Table(where, Group(tuple(members), whole=True))


def of_list(
    where: tuple[str, ...], items: Sequence[Item], options: Options, first: int
) -> Iterator[Table]:
    fields = dict.fromkeys(inner.key for one in items for inner in one.value.items)
    how = identity.stated(options.path, where, options.rules)
    for fields_of in [name.split("+") for name in (how or "|".join(IDENTITIES)).split("|")]:
        if fields_of[0] in IDENTITIES and fields_of[0] in fields:
            yield Table((*where, fields_of[0]), Group(tuple(named(items, fields_of, first)), True))
    for name in fields:
        found = [(number(value), one) for one in items for value in values(one, name)]
        members = [placed(ANY, value, one, first) for value, one in found if value is not None]
        if members and len(members) == len(found):
            yield Table((*where, name), Group(tuple(members)))


def named(items: Sequence[Item], fields: Sequence[str], first: int) -> Iterator[Member]:
    for one in items:
        found = [field(one.value, name.split()[0]) for name in fields]
        if found[0] is not None:
            yield placed(ANY, "/".join(part for part in found if part), one, first)


def values(item: Item, name: str) -> list[Node]:
    return [inner.value for inner in item.value.items if inner.key == name]


def number(node: Node) -> int | None:
    return integer(node.value) if node.kind == "scalar" and node.style in PLAIN else None


def placed(name: str, value: Value, item: Item, first: int) -> Member:
    node = item.value
    start, end = node.start - len(item.head), node.start + len(node.text.rstrip())
    row = first + node.source.count(b"\n", 0, start)
    return Member(name, value, row, row + node.source.count(b"\n", start, end))

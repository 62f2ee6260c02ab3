"""Codes in files of entries (TOML, INI): tables of numbers, and fields of an array of tables."""

from collections.abc import Hashable, Iterator, Sequence

from git_anvcs.merge.data.coded import IDENTITIES, Table
from git_anvcs.merge.distinct import ANY, Group, Member, Value
from git_anvcs.merge.entries.entry import Entry, Placed, walk
from git_anvcs.merge.integers import integer

Path = tuple[str, ...]


def tables(root: Entry) -> Iterator[Table]:
    """The sections whose keys are all numbers, and the fields of elements with one name."""
    keys: dict[tuple[Hashable, ...], list[Placed]] = {(): []}
    elements: dict[tuple[Hashable, ...], list[list[Placed]]] = {}
    for one in walk(root):
        if one.entry.section:
            section = (*one.path, one.entry.key)
            keys[section] = []
            if one.entry.key[0] == "element":
                elements.setdefault((*one.path, one.entry.key[1]), []).append(keys[section])
        elif one.entry.key[0] == "key":
            keys.setdefault(one.path, []).append(one)
    for where, rows in keys.items():
        found = [member(one.entry.name, one) for one in rows]
        if found and all(isinstance(one.value, int) for one in found):
            yield Table(tuple(map(label, where)), Group(tuple(found), whole=True))
    for where, lists in elements.items():
        yield from fields_of(tuple(map(label, where)), lists)


def label(key: Hashable) -> str:
    """What a section is called, by its key or by the names in it."""
    named = key[1] if isinstance(key, tuple) and isinstance(key[0], str) else key
    parts = named if isinstance(named, tuple) else (named,)
    return ".".join(one.decode("utf-8", "replace") for one in parts if isinstance(one, bytes))


def fields_of(where: Path, lists: Sequence[Sequence[Placed]]) -> Iterator[Table]:
    for name in dict.fromkeys(one.entry.name for rows in lists for one in rows):
        found = [member(ANY, one) for rows in lists for one in rows if one.entry.name == name]
        if name in IDENTITIES or all(isinstance(one.value, int) for one in found):
            yield Table((*where, name), Group(tuple(found), name in IDENTITIES))


def member(name: str, placed: Placed) -> Member:
    return Member(name, value_of(placed.entry.head), placed.first, placed.last)


def value_of(head: bytes) -> Value:
    """What stands behind the key: a number, or the text as it is written."""
    before, sign, behind = head.decode("utf-8", "replace").partition("=")
    text = (behind if sign else before.partition(":")[2]).strip()
    number = integer(text)
    return text if number is None else number

"""A value of a data file and exactly how it is written."""

from collections.abc import Hashable
from typing import NamedTuple

# Gives equal values of the three versions the same number: equality is one integer compare.
Numbers = dict[Hashable, int]


class Node(NamedTuple):
    """A value.

    kind: `map`, `list`, `scalar`
    style: the bytes that open it (`{`, `[`, empty for a YAML block), or the kind of scalar
    start, end: its extent in `source`
    canon: the number of its value; key order does not count, numbers count as they are written
    value: of a scalar: what it stands for, for identities and paths
    close: the bytes from its last item to its end, with the white space and comments before
    separator: what stands between items besides white space: a comma, nothing in a YAML block
    trailing: whether the last item has a separator as well
    """

    kind: str
    style: str
    source: bytes
    start: int
    end: int
    canon: int
    value: str = ""
    items: "tuple[Item, ...]" = ()
    close: bytes = b""
    separator: bytes = b""
    trailing: bool = False

    @property
    def text(self) -> bytes:
        return self.source[self.start : self.end]


class Item(NamedTuple):
    """One entry of a map or list, as it is written.

    key: of a map's entry, decoded; empty in a list
    lead: white space and comments before it, from the end of the item before
    head: from the key (or the dash of a YAML list) up to the value
    before, after: what stands before and behind the separator, on its line
    """

    key: str
    lead: bytes
    head: bytes
    value: Node
    before: bytes = b""
    after: bytes = b""

    @property
    def notes(self) -> list[bytes]:
        """The comments that travel with it, words only: layout does not count."""
        return (self.lead + b" " + self.before + b" " + self.after).split()


def number(numbers: Numbers, value: Hashable) -> int:
    return numbers.setdefault(value, len(numbers))


def canon_of(numbers: Numbers, kind: str, items: list[Item] | tuple[Item, ...]) -> int:
    """The number of a map or list with these items."""
    if kind == "map":
        return number(numbers, ("map", frozenset((item.key, item.value.canon) for item in items)))
    return number(numbers, ("list", *(item.value.canon for item in items)))


def field(node: Node, name: str) -> str | None:
    """The source value of a scalar field of a map."""
    for item in node.items:
        if item.key == name and item.value.kind == "scalar":
            return item.value.value
    return None


def of_plain(value: object, numbers: Numbers) -> Node:
    """A value of Python as a node without a place: what the standard library read."""
    if isinstance(value, dict):
        items = [Item(str(key), b"", b"", of_plain(one, numbers)) for key, one in value.items()]
        kind = "map"
    elif isinstance(value, list):
        items = [Item("", b"", b"", of_plain(one, numbers)) for one in value]
        kind = "list"
    else:
        style = "s" if isinstance(value, str) else "n"
        canon = number(numbers, (style, repr(value)))
        return Node("scalar", style, b"", 0, 0, canon, str(value))
    return Node(kind, "", b"", 0, 0, canon_of(numbers, kind, items), "", tuple(items))

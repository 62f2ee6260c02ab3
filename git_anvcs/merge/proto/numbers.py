"""What numbers and names of a `.proto` file must hold: each once in its scope, none reserved."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from git_anvcs.merge.entries.entry import Entry, Placed, walk
from git_anvcs.merge.proto.field import ENDLESS, extent, items

Scope = tuple[tuple[Hashable, ...], ...]
# protoc keeps these for itself.
FIRST_INTERNAL, LAST_INTERNAL = 19_000, 19_999


class Problem(NamedTuple):
    """One rule that a file breaks: its kind, the scope, and the number or name."""

    kind: str
    scope: Scope
    what: Hashable


def problems(root: Entry) -> dict[Problem, Placed]:
    """Every problem of a file, with an entry that has it."""
    found: dict[Problem, Placed] = {}
    rows = list(walk(root))
    for kind, ids in (("field-number-collision", numbers(rows)), ("duplicate", names(rows))):
        seen: set[Hashable] = set()
        for (scope, what), placed in ids:
            if (scope, what) in seen:
                found[Problem(kind, scope, what)] = placed
            seen.add((scope, what))
    found.update(reuses(rows))
    found.update(first_values(root, rows))
    return found


def message_of(scope: Scope) -> Scope:
    """The scope whose numbers and names a oneof, an extension or a group of values shares."""
    return message_of(scope[:-1]) if scope and scope[-1][0] == "oneof" else scope


def numbers(rows: list[Placed]) -> Iterator[tuple[tuple[Scope, Hashable], Placed]]:
    """Field and value numbers; an enum with `allow_alias` may repeat its own."""
    aliased = {
        placed.path
        for placed in rows
        if placed.entry.key[:2] == ("option", b"allow_alias") and b"true" in placed.entry.head
    }
    for placed in rows:
        if placed.entry.key[0] in ("field", "value") and placed.path not in aliased:
            yield (message_of(placed.path), placed.entry.key[1]), placed


def names(rows: list[Placed]) -> Iterator[tuple[tuple[Scope, Hashable], Placed]]:
    """Names by scope; enum values belong to the scope around their enum."""
    for placed in rows:
        sort = placed.entry.key[0]
        scope = placed.path[:-1] if sort == "value" else placed.path
        if sort in ("message", "enum", "service", "oneof", "rpc", "field", "value"):
            yield (message_of(scope), placed.entry.name), placed


def reuses(rows: list[Placed]) -> Iterator[tuple[Problem, Placed]]:
    """Fields with a reserved number or name, numbers that are reserved twice."""
    kept: dict[Scope, list[tuple[int, int, bytes]]] = {}
    for placed in rows:
        for item in reserved_by(placed.entry):
            if any(meets(item, other) for other in kept.get(placed.path, [])):
                yield Problem("number-reuse", placed.path, item), placed
            kept.setdefault(placed.path, []).append(item)
    for placed in rows:
        if placed.entry.key[0] not in ("field", "value"):
            continue
        number = placed.entry.key[1]
        if any(taken_by(item, placed.entry) for item in kept.get(message_of(placed.path), [])):
            yield Problem("number-reuse", placed.path, number), placed


def reserved_by(entry: Entry) -> list[tuple[int, int, bytes]]:
    """The intervals and names that a `reserved` statement keeps."""
    if entry.key[0] != "reserved" or b"/" in entry.head:
        return []
    return [extent(item) for item in items(entry.head)]


def taken_by(item: tuple[int, int, bytes], entry: Entry) -> bool:
    first, last, word = item
    number = entry.key[1]
    within = isinstance(number, int) and first <= number <= last
    return within or word.strip(b"\"'") == entry.name.encode()


def meets(one: tuple[int, int, bytes], two: tuple[int, int, bytes]) -> bool:
    if one[2] or two[2]:
        return one == two
    return one[0] <= two[1] and two[0] <= one[1]


def first_values(root: Entry, rows: list[Placed]) -> Iterator[tuple[Problem, Placed]]:
    """Enums of proto3 whose first value is not 0."""
    syntax = next((one.head for one in root.body if one.key == ("syntax",)), b"")
    if b"proto3" not in syntax:
        return
    for placed in rows:
        values = [one for one in placed.entry.body if one.key[0] == "value"]
        if placed.entry.key[0] == "enum" and values and values[0].key[1] != 0:
            yield Problem("first-value", placed.path, placed.entry.name), placed


def next_free(versions: tuple[Entry, ...], path: list[str]) -> int:
    """The smallest number above all that the message of this path has or reserves."""
    highest = 0
    for root in versions:
        for placed in walk(root):
            if names_of(message_of(placed.path)) == path:
                highest = max([highest, *taken(placed.entry)])
    free = highest + 1
    return LAST_INTERNAL + 1 if FIRST_INTERNAL <= free <= LAST_INTERNAL else free


def names_of(scope: Scope) -> list[str]:
    """The names of the blocks around, outermost first."""
    named = (part[1] for part in scope if len(part) > 1)
    return [name.decode() for name in named if isinstance(name, bytes)]


def taken(entry: Entry) -> list[int]:
    """The numbers that an entry uses or keeps, the last ones of its intervals."""
    if entry.key[0] in ("field", "value") and isinstance(entry.key[1], int):
        return [entry.key[1]]
    if entry.key[0] not in ("reserved", "extensions") or b"/" in entry.head:
        return []
    ends = [extent(item) for item in items(entry.head.partition(b"[")[0] + b";")]
    return [first if last >= ENDLESS else last for first, last, _name in ends]

"""Merge a value that both sides changed: arrays by their elements, inline tables by their keys."""

from collections.abc import Sequence
import re
from typing import NamedTuple

from git_anvcs.merge.data.order import arranged
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.toml.text import ORDERED, STRINGS, item_key

# An array whose first element is neither a text nor a table.
BARE = re.compile(rb"\[(?:\s|#[^\n]*\n)*[^\s\"'{\]]")


class Parts(NamedTuple):
    """An array or an inline table: its brackets, the text of its items, what stands between."""

    opened: bytes
    items: dict[str, bytes]
    between: bytes
    closed: bytes


def leaf(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """The value with what both sides changed in it; None where they exclude each other."""
    if base is None or ours.key[0] != "key" or ordered(ours):
        return None
    rows = [split(one) for one in (base, ours, theirs)]
    if len({row[0].split()[0] for row in rows}) > 1:
        return None
    made = merged(rows[0][1], rows[1][1], rows[2][1])
    return None if made is None else Made(rows[1][0] + made, "inline-items")


def clash(base: Entry | None, ours: Entry, theirs: Entry) -> tuple[str, str] | None:
    """An array in which the places count is one conflict, not lines of both sides."""
    if base is None or any(one.key[0] != "key" for one in (base, ours, theirs)):
        return None
    values = [split(one)[1] for one in (base, ours, theirs)]
    if any(value[:1] != b"[" for value in values):
        return None
    return ("edit/edit", "") if ordered(ours) or any(map(positional, values)) else None


def positional(array: bytes) -> bool:
    """Whether an array holds numbers, truth values or rows: the place says what each is."""
    return bool(BARE.match(array))


def ordered(entry: Entry) -> bool:
    names = entry.key[1]
    return isinstance(names, tuple) and bool(ORDERED.fullmatch(names[-1]))


def split(entry: Entry) -> tuple[bytes, bytes]:
    """`key = ` and the value."""
    at = entry.head.index(b"=") + 1
    at += len(entry.head[at:]) - len(entry.head[at:].lstrip(b" \t"))
    return entry.head[:at], entry.head[at:]


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """One value of the three versions."""
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    parts = [parts_of(text) for text in (base, ours, theirs)]
    before, mine, yours = parts
    if mine is None or yours is None or mine.opened[:1] != yours.opened[:1]:
        return None
    if before is None or before.opened[:1] != mine.opened[:1]:
        if base:
            return None
        before = Parts(b"", {}, b"", b"")
    items = merged_items(before.items, mine.items, yours.items)
    if items is None:
        return None
    frame = mine if mine.items else yours
    if not items:
        return mine.opened.strip() + mine.closed.strip()
    return frame.opened + frame.between.join(items) + frame.closed


def merged_items(
    base: dict[str, bytes], ours: dict[str, bytes], theirs: dict[str, bytes]
) -> list[bytes] | None:
    """The items that are left, in ours' order; None where both sides changed one differently."""
    result = []
    for key in arranged((list(base), list(ours), list(theirs)), str):
        name = str(key)
        old, mine, yours = (side.get(name) for side in (base, ours, theirs))
        if mine is not None and yours is not None:
            both = item(old or b"", mine, yours)
            if both is None:
                return None
            result.append(both)
        elif old is None:
            result += [one for one in (mine, yours) if one is not None]
        elif old not in (mine, yours):
            return None
    return result


def item(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """An element, or `key = value` of an inline table."""
    if b"=" not in ours or ours[:1] in b"\"'{[":
        return merged(base, ours, theirs)
    head = ours[: ours.index(b"=") + 1]
    values = [one.partition(b"=")[2].strip() for one in (base, ours, theirs)]
    made = merged(*values)
    return None if made is None else head + b" " * (b"= " in ours) + made


def parts_of(text: bytes) -> Parts | None:
    """None for a scalar, for comments inside, and for items that nothing tells apart."""
    if text[:1] not in (b"[", b"{") or len(text) < 2 or not text.isascii():
        return None
    cuts = commas(text)
    if cuts is None:
        return None
    edges = zip([1, *(cut + 1 for cut in cuts)], [*cuts, len(text) - 1], strict=True)
    pieces = [text[one:two] for one, two in edges]
    last = pieces.pop() if len(pieces) > 1 and not pieces[-1].strip() else b""
    rows = [piece.strip() for piece in pieces if piece.strip()]
    lead, tail = white(pieces[0]), white(pieces[-1][::-1])
    close = b"," + last if last or len(cuts) == len(rows) > 0 else tail
    gap = white(pieces[1]) if len(pieces) > 1 else lead or b" "
    table = text[:1] == b"{"
    named = {key_of(row, table=table): row for row in rows}
    if len(named) != len(rows) or not all(plain(row, table=table) for row in rows):
        return None
    return Parts(text[:1] + (lead if rows else b""), named, b"," + gap, close + text[-1:])


def white(text: bytes) -> bytes:
    """The white space that a text begins with."""
    return text[: len(text) - len(text.lstrip())]


def key_of(row: bytes, *, table: bool) -> str:
    return row.partition(b"=")[0].strip().decode() if table else item_key(row)


def plain(row: bytes, *, table: bool) -> bool:
    """Whether items of this sort may be added by both: strings and tables, not bare numbers."""
    return table or row[:1] in (b'"', b"'", b"{")


def commas(text: bytes) -> Sequence[int] | None:
    """Where the commas of the outermost bracket stand; None with a comment inside."""
    found = []
    depth = at = 0
    while at < len(text):
        string = STRINGS.match(text, at)
        if string:
            at = string.end()
            continue
        byte = text[at : at + 1]
        depth += (byte in (b"[", b"{")) - (byte in (b"]", b"}"))
        if byte == b"#" or depth < 0:
            return None
        if byte == b"," and depth == 1:
            found.append(at)
        at += 1
    return found

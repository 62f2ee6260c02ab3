"""Merge one statement that both sides changed: a field by its parts, a reservation as a set."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.proto.text import Token, number_of, tokens_of
from git_anvcs.merge.result import NotUnderstood

# Types of one group can be read for each other on the wire (Protocol Buffers guide, "Updating").
COMPATIBLE = (
    {b"int32", b"uint32", b"int64", b"uint64", b"bool"},
    {b"sint32", b"sint64"},
    {b"fixed32", b"sfixed32"},
    {b"fixed64", b"sfixed64"},
    {b"string", b"bytes"},
)
ENDLESS = 1 << 30  # `max`


class Slots(NamedTuple):
    """The parts of a field that merge by themselves: extents in the text of its head.

    typed: label and type, empty for an enum value
    options: with their brackets; an empty extent where there are none
    """

    text: bytes
    typed: tuple[int, int]
    name: tuple[int, int]
    number: bytes
    options: tuple[int, int]

    def of(self, part: tuple[int, int]) -> bytes:
        return self.text[part[0] : part[1]]


def leaf(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """The head that both changes make, and the rule; None where they exclude each other."""
    try:
        if ours.key[0] in ("field", "value") and base:
            return field(slots(base.head), slots(ours.head), slots(theirs.head))
        if ours.key[0] in ("reserved", "extensions"):
            return reserved(base.head if base else b"", ours.head, theirs.head)
    except NotUnderstood:
        return None
    return None


def slots(head: bytes) -> Slots:
    """Raises NotUnderstood for a field with comments or blocks inside."""
    said = tokens_of(head)
    place = [token.text for token in said].index(b"=")
    name = said[place - 1]
    typed = (said[0].start, said[place - 2].end) if place > 1 else (name.start, name.start)
    rest = said[place + 1 : -1]
    cut = next((n for n, token in enumerate(rest) if token.text == b"["), len(rest))
    end = rest[cut - 1].end
    options = (rest[cut].start, rest[-1].end) if cut < len(rest) else (end, end)
    number = b"".join(token.text for token in rest[:cut])
    if b"//" in head or b"/*" in head or said[-1].text != b";":
        raise NotUnderstood("a field with comments inside")
    return Slots(head, typed, (name.start, name.end), number, options)


def field(base: Slots, ours: Slots, theirs: Slots) -> Made | None:
    """A field of one number: type, name and options each by themselves."""
    if len({base.number, ours.number, theirs.number}) > 1:
        return None
    every = (base, ours, theirs)
    typed = chosen(*(one.of(one.typed) for one in every))
    name = chosen(*(one.of(one.name) for one in every))
    options = merged_options(*(one.of(one.options) for one in every))
    if typed is None or name is None or options is None:
        return None
    text = ours.text
    gap = b" " if options and ours.options[0] == ours.options[1] else b""
    before = text[: ours.options[0]] if options else text[: ours.options[0]].rstrip()
    end = before[ours.name[1] :] + gap + options + text[ours.options[1] :]
    middle = text[ours.typed[1] : ours.name[0]]
    made = text[: ours.typed[0]] + typed + middle + name + end
    types = [one.of(one.typed).split() for one in every]
    return Made(made, "field-parts" if compatible(types) else "incompatible-type")


def compatible(types: Sequence[list[bytes]]) -> bool:
    """Whether old readers understand the new type."""
    ends = {words[-1] for words in types if words}
    return len(ends) < 2 or any(ends <= group for group in COMPATIBLE)


def chosen(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The side that changed a part; None when both did, differently."""
    said = [b" ".join(text.split()) for text in (base, ours, theirs)]
    if said[2] in said[:2]:
        return ours
    return theirs if said[0] == said[1] else None


def merged_options(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """`[a = 1, b = 2]` option by option."""
    taken = chosen(base, ours, theirs)
    if taken is not None or b"\n" in base + ours + theirs:
        return taken
    maps = [options_of(text) for text in (base, ours, theirs)]
    if any(one is None for one in maps):
        return None
    before, mine, yours = (one or {} for one in maps)
    result = []
    for key in [*mine, *(key for key in yours if key not in mine)]:
        value = chosen(before.get(key, b""), mine.get(key, b""), yours.get(key, b""))
        if value is None:
            return None
        result += [value] if value else []
    return b"[" + b", ".join(result) + b"]" if result else b""


def options_of(text: bytes) -> dict[bytes, bytes] | None:
    """Options by name; None when one stands twice, as repeated options do."""
    items = split_at_commas(tokens_of(text)[1:-1], text)
    named = {item.partition(b"=")[0].strip(): item for item in items}
    return named if len(named) == len(items) else None


def split_at_commas(said: Sequence[Token], text: bytes) -> list[bytes]:
    """The texts between commas that stand in no bracket."""
    depth = 0
    cuts = [-1]
    for place, token in enumerate(said):
        depth += token.text in (b"(", b"[", b"{", b"<")
        depth -= token.text in (b")", b"]", b"}", b">")
        if token.text == b"," and not depth:
            cuts.append(place)
    rows = [said[one + 1 : two] for one, two in pairwise([*cuts, len(said)])]
    return [text[row[0].start : row[-1].end] for row in rows if row]


def reserved(base: bytes, ours: bytes, theirs: bytes) -> Made | None:
    """`reserved 2, 9 to 11;` as a set of intervals, or of names."""
    if any(b"[" in text or b"/" in text or b"\n" in text for text in (base, ours, theirs)):
        return None
    before, mine, yours = (items(text) for text in (base, ours, theirs))
    gone = [item for item in before if item not in yours]
    kept = [item for item in mine if item not in gone]
    if any(item not in mine and item in yours for item in before):
        yours = [item for item in yours if item in kept or item not in before]
    new = [item for item in yours if item not in before and item not in kept]
    new = [one for one in new if not any(covers(other, one) for other in kept)]
    if any(overlap(one, other) for one in new for other in kept):
        return None
    result = [*kept, *new]
    if in_order(mine) and in_order(yours):
        result.sort(key=extent)
    if not result:
        return None
    said = tokens_of(ours)
    text = ours[: said[1].start] + b", ".join(result) + ours[said[-1].start :]
    return Made(text, "reserved-set")


def items(text: bytes) -> list[bytes]:
    return split_at_commas(tokens_of(text)[1:-1], text) if text else []


def extent(item: bytes) -> tuple[int, int, bytes]:
    """The interval of numbers an item stands for; a name is an interval of its own."""
    said = item.split()
    first = number_of(said[0].replace(b"- ", b"-"))
    if first is None:
        return (0, -1, item)
    last = ENDLESS if said[-1] == b"max" else number_of(said[-1])
    return (first, first if last is None else last, b"")


def covers(outer: bytes, inner: bytes) -> bool:
    one, two = extent(outer), extent(inner)
    return outer == inner or (two[1] >= two[0] and one[0] <= two[0] and two[1] <= one[1])


def overlap(left: bytes, right: bytes) -> bool:
    one, two = extent(left), extent(right)
    return one[0] <= two[1] and two[0] <= one[1] and not (one[2] or two[2])


def in_order(row: Sequence[bytes]) -> bool:
    return all(extent(one) <= extent(two) for one, two in pairwise(row))

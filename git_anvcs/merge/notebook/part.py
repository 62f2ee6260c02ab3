"""A piece of the merged file in three readings: as it is written, and as either side has it."""

from collections.abc import Callable, Iterable, Sequence
import json
from typing import NamedTuple

from git_anvcs.merge.data import json_text, order
from git_anvcs.merge.data.node import Item, Node
from git_anvcs.merge.data.place import aligned, line_indent, settled, shifted
from git_anvcs.merge.data.write import Entry, Piece, Segment, container
from git_anvcs.merge.result import Conflict

Text = bytes | None


class Part(NamedTuple):
    """Texts of one value or item; None where it is absent.

    marked: as the merged file has it; conflicts: those whose markers are in it, in order
    """

    marked: Text
    ours: Text
    theirs: Text
    conflicts: tuple[Conflict, ...] = ()

    @property
    def readings(self) -> tuple[Text, Text, Text]:
        return self[:3]


def part_of(readings: Iterable[Text], conflicts: tuple[Conflict, ...] = ()) -> Part:
    marked, ours, theirs = readings
    return Part(marked, ours, theirs, conflicts)


def plain(text: bytes) -> Part:
    return Part(text, text, text)


GONE = Part(None, None, None)


class Row(NamedTuple):
    """An item of a container: the white space around it, and the item itself."""

    around: Piece
    part: Part


def joined(frame: Node, rows: Sequence[Row]) -> Part:
    """The rows between the begin and the end of `frame`, in each reading."""
    texts: list[bytes] = []
    for which in range(3):
        if texts and all(row.part[which] == row.part[0] for row in rows):
            texts.append(texts[0])
            continue
        there = [(row.around, row.part.readings[which]) for row in rows]
        entries = [Entry([around._replace(body=[Segment(text)])]) for around, text in there if text]
        segments = container(aligned(entries, frame), frame)
        texts.append(b"".join(segment.ours for segment in segments))
    conflicts = tuple(one for row in rows for one in row.part.conflicts)
    return part_of(texts, conflicts)


class Trio(NamedTuple):
    """One member of a map in the three versions, None where it is absent."""

    base: Item | None
    ours: Item | None
    theirs: Item | None


Nodes = tuple[Node | None, Node, Node]
Rule = Callable[[str, Trio], Part]


def members(nodes: Nodes, rule: Rule, last: str = "") -> Part:
    """A map merged member by member, in ours' order. `rule` gives the value of each.

    last: the member to decide after all others, wherever it stands
    """
    maps = [{one.key: one for one in node.items} if node else {} for node in nodes]
    base, ours, theirs = (list(one) for one in maps)
    keys = order.arranged((list(base), list(ours), list(theirs)), str)
    names = [str(key) for key in keys]
    values = {}
    for name in sorted(names, key=lambda name: name == last):
        values[name] = rule(name, Trio(*(one.get(name) for one in maps)))
    rows = []
    for name in names:
        item = maps[1].get(name) or maps[2][name]
        source = nodes[1] if name in maps[1] else nodes[2]
        rows.append(Row(settled(item, source, nodes[1]), headed(item.head, values[name])))
    return joined(frame_of(nodes[1], nodes[2]), rows)


def headed(head: bytes, value: Part) -> Part:
    texts = (None if text is None else head + text for text in value.readings)
    return part_of(texts, value.conflicts)


def frame_of(ours: Node, theirs: Node) -> Node:
    """The container that gives begin and end: ours, or theirs where ours is empty."""
    if ours.items or not theirs.items:
        return ours
    close = shifted(theirs.close, line_indent(theirs), line_indent(ours))
    return theirs._replace(close=close)


class Layout(NamedTuple):
    """How a file is written: what one level is indented by (None: all on one line), whether
    what is not ASCII is escaped."""

    unit: str | None
    ascii_only: bool


def layout_of(text: bytes, root: Node) -> Layout:
    lead = root.items[0].lead if root.items else b"\n "
    unit = lead.rpartition(b"\n")[2].decode() if b"\n" in lead else None
    return Layout(unit, text.isascii())


def dumped(value: object, layout: Layout, indent: str) -> bytes:
    """The value as JSON whose first line begins behind something, the others at `indent`."""
    text = json.dumps(value, indent=layout.unit, ensure_ascii=layout.ascii_only)
    return text.replace("\n", "\n" + indent).encode()


def with_member(text: bytes, key: str, value: object, layout: Layout, indent: str) -> bytes:
    """The map in `text`, with this member at its end; an old one of that name goes.

    indent: of the line that the map begins on
    """
    node = json_text.parse(text, {}).root
    kept = [item for item in node.items if item.key != key]
    if layout.unit is None:
        lead = b" " if kept else b""
        inner = indent
    else:
        inner = indent + layout.unit
        lead = b"\n" + inner.encode()
    if node.items:
        lead = node.items[min(1, len(kept))].lead if len(node.items) > 1 else lead
    body = [item.lead + item.head + item.value.text for item in kept]
    colon = b": " if layout.unit is not None or b": " in text or not kept else b":"
    body.append(lead + json.dumps(key).encode() + colon + dumped(value, layout, inner))
    close = (
        node.close
        if node.items
        else b"}"
        if layout.unit is None
        else b"\n" + indent.encode() + b"}"
    )
    return b"{" + b",".join(body) + close

"""Make text from one version fit where another version stands: indentation of whole lines."""

from git_anvcs.merge.data.node import Item, Node
from git_anvcs.merge.data.write import Entry, Piece, Segment


def settled(item: Item, source: Node, target: Node) -> Piece:
    """An item of `source` as a piece of `target`."""
    old, new = indent_of(source), indent_of(target)
    lead, body, before, after = (
        shifted(text, old, new)
        for text in (item.lead, item.head + item.value.text, item.before, item.after)
    )
    return Piece(lead, [Segment(body)], before, after)


def fitted(value: Node, target: Node) -> bytes:
    """The text of `value` where `target` stood."""
    if value is target:
        return value.text
    return shifted(value.text, line_indent(value), line_indent(target))


def shifted(text: bytes, old: bytes | None, new: bytes | None) -> bytes:
    """The text with the indentation `old` of its lines, from the second on, made `new`."""
    if old is None or new is None or old == new or b"\n" not in text:
        return text
    first, *rest = text.split(b"\n")
    moved = [new + line[len(old) :] if line.startswith(old) and line else line for line in rest]
    return b"\n".join([first, *moved])


def indent_of(node: Node) -> bytes | None:
    """The indentation of a container's items; None when they do not stand on lines."""
    for item in node.items:
        line = item.lead.rpartition(b"\n")
        if line[1]:
            return line[2]
    return b" " * column_of(node) if node.items and not node.separator else None


def column_of(node: Node) -> int:
    """The column at which a container's first item begins."""
    begin = node.start + len(node.style) + len(node.items[0].lead)
    return begin - (node.source.rfind(b"\n", 0, begin) + 1)


def line_indent(node: Node) -> bytes:
    """The white space that starts the line a value begins on."""
    start = node.source.rfind(b"\n", 0, node.start) + 1
    line = node.source[start : node.start]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def aligned(entries: list[Entry], frame: Node) -> list[Entry]:
    """The entries with white space that fits their place: the first item has its own."""
    if not frame.items:
        return entries
    first = frame.items[0].lead
    other = frame.items[1].lead if len(frame.items) > 1 else None
    if other is None:
        other = next_lead(frame, first)
    result: list[Entry] = []
    for entry in entries:
        wanted = other if result else first
        if entry.kind or fits(entry.ours[0].lead, wanted):
            result.append(entry)
        else:
            result.append(entry._replace(ours=[entry.ours[0]._replace(lead=wanted)]))
    return result


def next_lead(frame: Node, first: bytes) -> bytes:
    """The white space before a second item, where the frame has only one."""
    if b"\n" in first:
        return b"\n" + first.rpartition(b"\n")[2]
    return b" " if frame.separator else b"\n" + b" " * column_of(frame)


def fits(lead: bytes, wanted: bytes) -> bool:
    """Whether an item with this lead may stand where one with the other stood."""
    if lead.strip() or (b"\n" in lead and b"\n" in wanted):
        return True
    return lead == wanted

"""Elements as entries: those that stand on lines of their own, each known as identity.py says.

An element with nothing but elements in it, each on lines of its own, is a section. All others are
leaves: those with text, with mixed content, or with several elements on one line.
"""

from collections import deque
from functools import lru_cache
from typing import NamedTuple

from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.file import Broken
from git_anvcs.merge.xml import identity, syntax
from git_anvcs.merge.xml.syntax import Element


class Inside(NamedTuple):
    """What is in a section: the rest of its first line, its entries, what closes it."""

    note: bytes
    body: tuple[Entry, ...]
    tail: bytes


@lru_cache(maxsize=8)  # the checks of one merge read the same texts several times
def parse(text: bytes) -> Entry:
    """The file as a section with the root in it. Raises Broken, also where the root has no
    elements on lines of their own."""
    file = syntax.document(text)
    [root] = [item for item in file.items if item.kind == "element"]
    if root.element is None or line_start(text, root.start) > root.start:
        raise Broken("no root", 1)
    start = line_start(text, root.start)
    if not syntax.blank(text[start : root.start]):
        raise Broken("the root does not begin its line", 1)
    inner = entry(text, root.element, start, start, b"")
    if not inner.section:
        raise Broken("nothing on lines of its own", 1)
    end = line_end(text, root.end)
    return Entry(("file",), "", b"", text[:start], b"", (inner,), text[end:], section=True)


def entry(text: bytes, element: Element, pending: int, start: int, parent: bytes) -> Entry:
    """An element with the lines from `pending` to `start` above it."""
    lead = text[pending:start]
    key = identity.key(text, element, parent)
    name = identity.shown(key)
    within = inside(text, element)
    if within is None:
        end = line_end(text, element.end)
        return Entry(key, name, lead, text[start : element.end], text[element.end : end])
    head = text[start : element.opened]
    return Entry(key, name, lead, head, within.note, within.body, within.tail, section=True)


def inside(text: bytes, element: Element) -> Inside | None:
    """None for an element that is a leaf."""
    pending = line_end(text, element.opened)
    if pending > element.closed or not own(text, element):
        return None
    note = text[element.opened : pending]
    body: list[Entry] = []
    row = deque(item for item in element.items if item.kind != "text")
    while row:
        item = row.popleft()
        if item.element is None:
            if item.start < pending < item.end:
                return None
            continue
        key = None
        if element.tag == b"dict" and item.element.tag == b"key" and row and row[0].element:
            key, item = item.element, row.popleft()
        made = on_lines(text, item, key, pending, element.tag)
        if made is None:
            return None
        body.append(made)
        pending = line_end(text, item.end)
    start = line_start(text, element.closed)
    if start < pending or not syntax.blank(text[start : element.closed]):
        return None
    return Inside(note, tuple(body), text[pending : line_end(text, element.end)])


def on_lines(
    text: bytes, item: syntax.Item, key: Element | None, pending: int, parent: bytes
) -> Entry | None:
    """An element that begins a line, with the `<key>` of a property list above it."""
    places = [line_start(text, at) for at in ((key.start,) if key else ()) + (item.start,)]
    begins = [key.start, item.start] if key else [item.start]
    if item.element is None or places[0] < pending or len(set(places)) < len(places):
        return None
    if any(not syntax.blank(text[a:b]) for a, b in zip(places, begins, strict=True)):
        return None
    made = entry(text, item.element, pending, places[-1], parent)
    return paired(text, key, pending, made) if key else made


def own(text: bytes, element: Element) -> bool:
    """Whether only elements, comments and white space are in it."""
    return all(
        item.kind in ("element", "comment", "instruction")
        or (item.kind == "text" and syntax.blank(text[item.start : item.end]))
        for item in element.items
    )


def paired(text: bytes, key: Element, pending: int, value: Entry) -> Entry:
    """The value of a property list as one entry with its key above."""
    start = line_start(text, key.start)
    said = text[key.opened : key.closed]
    above = text[start : key.end + 1]
    lead = text[pending:start]
    between = value.lead[len(lead) + len(above) :]
    return value._replace(
        key=("element", b"key", (said,)),
        name=said.decode("utf-8", "replace"),
        lead=lead,
        head=above + between + value.head,
    )


def line_start(text: bytes, at: int) -> int:
    return text.rfind(b"\n", 0, at) + 1


def line_end(text: bytes, at: int) -> int:
    """Behind the line end that follows; only white space and comments may come before it."""
    end = text.find(b"\n", at) + 1
    return end or len(text)

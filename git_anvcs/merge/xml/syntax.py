"""XML as a tree of extents in its text (XML 1.0, fifth edition, sections 2 and 3).

Entities, the document type and processing instructions are text like any other: nothing is looked
up, expanded or fetched, so a hostile file costs no more than its length. Well-formedness is checked
as far as it concerns the text itself: tags that match, attributes once, one root.
"""

import re
from typing import NamedTuple

from git_anvcs.merge.entries.file import Broken

NAME = rb"[A-Za-z_:\x80-\xff][\w:.\x80-\xff-]*"
VALUE = rb"\"[^<\"]*\"|'[^<']*'"
ATTRIBUTE = re.compile(rb"(\s+)(%s)(\s*=\s*)(%s)" % (NAME, VALUE))
START = re.compile(rb"<(%s)((?:\s+%s\s*=\s*(?:%s))*)(\s*)(/?)>" % (NAME, NAME, VALUE))
END = re.compile(rb"</(%s)\s*>" % NAME)
REFERENCE = re.compile(rb"&(?!(?:%s|#\d+|#x[0-9a-fA-F]+);)" % NAME)
DOCTYPE = re.compile(rb"\"[^\"]*\"|'[^']*'|<!--.*?-->|<\?.*?\?>|[\[\]>]|<", re.DOTALL)
OTHERS = (
    (b"<!--", b"-->", "comment"),
    (b"<?", b"?>", "instruction"),
    (b"<![CDATA[", b"]]>", "cdata"),
)


class Item(NamedTuple):
    """What stands in an element: `text`, `comment`, `instruction`, `cdata`, or an `element`."""

    kind: str
    start: int
    end: int
    element: "Element | None" = None


class Element:
    """An element whose end may not have come.

    start, opened: of its start tag; closed, end: of its end tag, equal to `opened` without one
    """

    def __init__(self, tag: bytes, attributes: dict[bytes, bytes], start: int, opened: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.start = start
        self.opened = opened
        self.closed = opened
        self.end = opened
        self.items: list[Item] = []


def document(text: bytes) -> Element:
    """The file as an element without tags; its one element is the root. Raises Broken."""
    file = Element(b"", {}, 0, 0)
    open_now = [file]
    at = 0
    while at < len(text):
        at = piece(text, at, open_now)
    if len(open_now) > 1:
        raise broken(text, open_now[-1].start, "an element without end")
    if sum(item.kind == "element" for item in file.items) != 1:
        raise Broken("not one root element", 1)
    file.closed = file.end = len(text)
    return file


def piece(text: bytes, at: int, open_now: list[Element]) -> int:
    """Read what begins here; returns where it ends."""
    inside = open_now[-1]
    if text[at : at + 1] != b"<":
        return said(text, at, open_now)
    for opener, closer, kind in OTHERS:
        if text.startswith(opener, at):
            end = text.find(closer, at + len(opener))
            if end < 0 or (kind == "cdata" and len(open_now) == 1):
                raise broken(text, at, f"a {kind} without end")
            inside.items.append(Item(kind, at, end + len(closer)))
            return end + len(closer)
    if text.startswith(b"<!DOCTYPE", at) and len(open_now) == 1:
        end = doctype(text, at)
        inside.items.append(Item("instruction", at, end))
        return end
    if text.startswith(b"</", at):
        return ended(text, at, open_now)
    return started(text, at, open_now)


def said(text: bytes, at: int, open_now: list[Element]) -> int:
    """Text up to the next tag."""
    end = text.find(b"<", at)
    end = len(text) if end < 0 else end
    if REFERENCE.search(text, at, end) or (len(open_now) == 1 and not blank(text[at:end])):
        raise broken(text, at, "text that may not stand there")
    open_now[-1].items.append(Item("text", at, end))
    return end


def ended(text: bytes, at: int, open_now: list[Element]) -> int:
    """An end tag."""
    found, inside = END.match(text, at), open_now[-1]
    if not found or len(open_now) == 1 or inside.tag != found[1]:
        raise broken(text, at, "an end tag without its start")
    inside.closed, inside.end = at, found.end()
    done = open_now.pop()
    open_now[-1].items.append(Item("element", done.start, done.end, done))
    return found.end()


def started(text: bytes, at: int, open_now: list[Element]) -> int:
    found = START.match(text, at)
    if not found:
        raise broken(text, at, "not a tag")
    pairs = [(one[2], one[4][1:-1]) for one in ATTRIBUTE.finditer(found[2])]
    attributes = dict(pairs)
    if len(attributes) < len(pairs) or any(REFERENCE.search(value) for _name, value in pairs):
        raise broken(text, at, "an attribute twice, or a reference that is none")
    element = Element(found[1], attributes, at, found.end())
    if found[4]:
        open_now[-1].items.append(Item("element", at, found.end(), element))
    else:
        open_now.append(element)
    return found.end()


def doctype(text: bytes, at: int) -> int:
    """Where a document type ends: skipped whole, with what it declares."""
    depth = 0
    for found in DOCTYPE.finditer(text, at + 2):
        sign = found[0]
        depth += (sign in (b"[", b"<")) - (sign == b"]")
        if sign == b">" and depth == 0:
            return found.end()
        depth -= sign == b">"
    raise broken(text, at, "a document type without end")


def blank(text: bytes) -> bool:
    return not text.strip(b" \t\r\n\xef\xbb\xbf")


def broken(text: bytes, at: int, why: str) -> Broken:
    return Broken(why, text.count(b"\n", 0, at) + 1)

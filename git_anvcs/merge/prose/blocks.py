"""What stands below a heading: list items, tables, code, link definitions, paragraphs.

A block is known by what it says, a row of a table by its first cell, a link by its label. Blank
lines above a block are its lead; those inside it stay where they are.
"""

from collections.abc import Sequence
import re

from git_anvcs.merge.entries.entry import Entry

ITEM = re.compile(rb"([ \t]*)([-*+]|\d{1,9}[.)]|#\.)(?:[ \t]+|(?=\n))")
RULE = re.compile(rb" {0,3}([-_*])(?:[ \t]*\1){2,}[ \t]*\n")
FENCE = re.compile(rb"([ \t]*)(`{3,}|~{3,})")
DELIMITER = re.compile(rb"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\n")
LINK = re.compile(rb" {0,3}(?:\[([^\]\n]+)\]:|\.\. (_[^:\n]+):)[^\n]*\n")
DIRECTIVE = re.compile(rb"\.\.(?:[ \t]|\n)")
Lines = Sequence[bytes]


def entries(lines: Lines) -> tuple[list[Entry], bytes]:
    """The blocks of these lines, and the blank lines behind the last."""
    found: list[Entry] = []
    lead = b""
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            lead += lines[at]
            at += 1
            continue
        sort, size = block(lines, at)
        rows, behind = without_blank_end(lines[at : at + size])
        found.append(entry_of(sort, lead, rows))
        lead = behind
        at += size
    return found, lead


def atom(lines: Lines, at: int) -> int:
    """The number of lines, from here, in which nothing is a heading."""
    return fenced(lines, at) or commented(lines, at) or 1


def block(lines: Lines, at: int) -> tuple[str, int]:
    """The sort of the block that begins here, and its number of lines."""
    size = fenced(lines, at) or commented(lines, at)
    if size:
        return "code", size
    if is_table(lines, at):
        return "table", 2 + rows_of(lines, at + 2)
    if LINK.fullmatch(lines[at]):
        return "link", 1 + deeper(lines, at + 1, 0)
    item = is_item(lines[at])
    if item:
        sort = "item" if item[2] in b"-*+" else "numbered"
        return sort, item_size(lines, at, len(item[1].expandtabs(4)))
    if DIRECTIVE.match(lines[at]):
        return "code", 1 + deeper(lines, at + 1, 0)
    if RULE.fullmatch(lines[at]):
        return "rule", 1
    size = 1
    while at + size < len(lines) and not interrupts(lines, at + size):
        size += 1
    return "paragraph", size


def interrupts(lines: Lines, at: int) -> bool:
    """Whether a paragraph ends above this line."""
    item = is_item(lines[at])
    return (
        not lines[at].strip()
        or bool(FENCE.match(lines[at]))
        or bool(item and (item[2] in b"-*+" or item[2] in (b"1.", b"1)", b"#.")))
        or is_table(lines, at)
    )


def is_item(line: bytes) -> re.Match[bytes] | None:
    return None if RULE.fullmatch(line) else ITEM.match(line)


def is_table(lines: Lines, at: int) -> bool:
    if at + 1 >= len(lines) or b"|" not in lines[at] or b"|" not in lines[at + 1]:
        return False
    return bool(DELIMITER.fullmatch(lines[at + 1])) and b"-" in lines[at + 1]


def fenced(lines: Lines, at: int) -> int:
    """The number of lines of a fenced code block that begins here; 0: none does."""
    opened = FENCE.match(lines[at])
    if not opened:
        return 0
    for place in range(at + 1, len(lines)):
        bare = lines[place].strip()
        if bare.startswith(opened[2]) and not bare.strip(opened[2][:1]):
            return place + 1 - at
    return len(lines) - at


def commented(lines: Lines, at: int) -> int:
    """The same for a comment of HTML that has lines of its own."""
    if not lines[at].lstrip().startswith(b"<!--"):
        return 0
    for place in range(at, len(lines)):
        if b"-->" in lines[place]:
            return place + 1 - at
    return len(lines) - at


def rows_of(lines: Lines, at: int) -> int:
    """How many lines from here are rows of a table."""
    size = 0
    while at + size < len(lines) and lines[at + size].strip() and b"|" in lines[at + size]:
        size += 1
    return size


def deeper(lines: Lines, at: int, indent: int) -> int:
    """How many lines from here are indented further, blank ones between them with them."""
    size = end = 0
    while at + size < len(lines):
        line = lines[at + size]
        size += 1
        if line.strip():
            if indent_of(line) <= indent:
                break
            end = size
    return end


def indent_of(line: bytes) -> int:
    text = line.expandtabs(4)
    return len(text) - len(text.lstrip())


def item_size(lines: Lines, at: int, indent: int) -> int:
    """The lines of a list item: its paragraph, and what is indented below it."""
    size = 1
    while at + size < len(lines) and lines[at + size].strip():
        if is_item(lines[at + size]) and indent_of(lines[at + size]) <= indent:
            return size
        if FENCE.match(lines[at + size]) and indent_of(lines[at + size]) <= indent:
            return size
        size += max(1, fenced(lines, at + size))
    return size + deeper(lines, at + size, indent)


def without_blank_end(lines: Lines) -> tuple[Lines, bytes]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end], b"".join(lines[end:])


def entry_of(sort: str, lead: bytes, lines: Lines) -> Entry:
    if sort == "table":
        return table(lead, lines)
    if sort in ("item", "numbered"):
        return item(sort, lead, lines)
    text = b"".join(lines)
    link = LINK.match(text)
    said = (link[1] or link[2]).lower() if sort == "link" and link else words(text)
    return leaf(sort, said, lead, text)


def leaf(sort: str, said: bytes, lead: bytes, text: bytes) -> Entry:
    shown = said[:60].decode("utf-8", "replace")
    end = b"\n" if text.endswith(b"\n") else b""
    return Entry((sort, said), shown, lead, text.removesuffix(b"\n"), end)


def words(text: bytes) -> bytes:
    return b" ".join(text.split())


def table(lead: bytes, lines: Lines) -> Entry:
    """A table is known by its first line; its rows are in it."""
    rows = [leaf("row", first_cell(line), b"", line) for line in lines[2:]]
    head = b"".join(lines[:2])
    key = ("table", words(lines[0]))
    return Entry(key, "table", lead, head, body=tuple(rows), section=True)


def first_cell(line: bytes) -> bytes:
    return words(line.strip().removeprefix(b"|").split(b"|")[0])


def item(sort: str, lead: bytes, lines: Lines) -> Entry:
    """An item is known by its own text; a list below that is in it."""
    indent = indent_of(lines[0])
    own = next(
        (
            at
            for at, line in enumerate(lines)
            if at and is_item(line) and indent_of(line) > indent and not inside_fence(lines, at)
        ),
        len(lines),
    )
    text = b"".join(lines[:own])
    marker = ITEM.match(text)
    said = words(text[marker.end() :] if marker else text)
    if own == len(lines):
        return leaf(sort, said, lead, text)
    head, behind = without_blank_end(lines[:own])
    body, tail = entries(lines[own:])
    body[0] = body[0]._replace(lead=behind + body[0].lead)
    shown = said[:60].decode("utf-8", "replace")
    return Entry((sort, said), shown, lead, b"".join(head), b"", tuple(body), tail, section=True)


def inside_fence(lines: Lines, at: int) -> bool:
    here = 0
    while here < at:
        here += max(1, fenced(lines, here))
    return here > at

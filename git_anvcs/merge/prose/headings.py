"""A text as sections: each heading with what is below it, every byte kept.

Markdown's headings are those of CommonMark (0.31, "ATX headings", "Setext headings"); underlined
ones of reStructuredText have the level at which their sign first appears in the file (docutils,
"Sections").
"""

from collections.abc import Sequence
from functools import lru_cache
import re
from typing import NamedTuple

from git_anvcs.merge.entries import reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.lines import split
from git_anvcs.merge.prose import blocks

MARKED = re.compile(rb" {0,3}(#{1,6})(?:[ \t]+([^\n]*?))?(?:[ \t]+#+)?[ \t]*\n")
SETEXT = re.compile(rb" {0,3}(?:=+|-+)[ \t]*\n")
RULED = re.compile(rb"([!-/:-@[-`{-~])\1{2,}[ \t]*\n")
LEVELS = {b"=": 1, b"-": 2}


class Dialect(NamedTuple):
    """How headings are written: `#` before them, a line of signs below (or also above) them."""

    marked: bool = False
    setext: bool = False
    ruled: bool = False


MARKDOWN = Dialect(marked=True, setext=True)
RST = Dialect(ruled=True)
EITHER = Dialect(marked=True, ruled=True)


class Found(NamedTuple):
    """A heading: its level, text and number of lines."""

    level: int
    name: bytes
    size: int


class Open:
    """A heading whose section has not ended. Level 0 is the file."""

    def __init__(self, level: int, name: bytes, lead: bytes, head: bytes) -> None:
        self.level = level
        self.name = name
        self.parts = (lead, head)
        self.body: list[Entry] = []

    def entry(self) -> Entry:
        lead, head = self.parts
        key = ("heading", b" ".join(self.name.split()))
        name = self.name.decode("utf-8", "replace")
        return Entry(key, name, lead, head, body=tuple(self.body), section=True)


@lru_cache(maxsize=8)  # the checks of one merge read the same texts several times
def parse(text: bytes, dialect: Dialect) -> Entry:
    """The file as a section, headings as sections in it."""
    lines = split(text)
    opened = [Open(0, b"", b"", b"")]
    block: list[bytes] = []
    signs: list[bytes] = []
    at = 0
    while at < len(lines):
        found = heading(lines, at, dialect, signs)
        if found is None:
            size = blocks.atom(lines, at)
            block += lines[at : at + size]
            at += size
            continue
        lead = filled(opened[-1], block)
        closed(opened, found.level)
        head = b"".join(lines[at : at + found.size])
        opened.append(Open(found.level, found.name, lead, head))
        block = []
        at += found.size
    tail = filled(opened[-1], block)
    closed(opened, 1)
    return reading.root(opened[0].body, tail)


def filled(section: Open, lines: Sequence[bytes]) -> bytes:
    """Put blocks into a section; the blank lines behind the last one are given back."""
    body, rest = blocks.entries(lines)
    section.body += body
    return rest


def closed(opened: list[Open], level: int) -> None:
    """End the sections that a heading of this level ends."""
    while opened[-1].level >= level:
        done = opened.pop()
        opened[-1].body.append(done.entry())


def heading(lines: Sequence[bytes], at: int, dialect: Dialect, signs: list[bytes]) -> Found | None:
    """A heading that begins in this line.

    signs: what underlined headings of the text have been drawn with so far; filled
    """
    marked = MARKED.fullmatch(lines[at]) if dialect.marked else None
    if marked:
        return Found(len(marked[1]), marked[2] or b"", 1)
    above = RULED.fullmatch(lines[at]) if dialect.ruled else None
    if above and at + 2 < len(lines) and lines[at + 1].strip():
        below = RULED.fullmatch(lines[at + 2])
        if below and below[1] == above[1]:
            return Found(level_of(above[1] * 2, signs), lines[at + 1].strip(), 3)
    if not underlined(lines, at):
        return None
    if dialect.setext and SETEXT.fullmatch(lines[at + 1]):
        return Found(LEVELS[lines[at + 1].strip()[:1]], lines[at].strip(), 2)
    below = RULED.fullmatch(lines[at + 1]) if dialect.ruled else None
    return Found(level_of(below[1], signs), lines[at].strip(), 2) if below else None


def underlined(lines: Sequence[bytes], at: int) -> bool:
    """Whether a line may be a heading by the line below: a paragraph of one line."""
    return (
        at + 1 < len(lines)
        and lines[at].strip() != b""
        and lines[at][:1] not in b" \t>|"
        and not (at and lines[at - 1].strip() and not RULED.fullmatch(lines[at - 1]))
        and not blocks.ITEM.match(lines[at])
        and not RULED.fullmatch(lines[at])
    )


def level_of(sign: bytes, signs: list[bytes]) -> int:
    """Behind Markdown's six levels, in the order of appearance."""
    if sign not in signs:
        signs.append(sign)
    return 7 + signs.index(sign)

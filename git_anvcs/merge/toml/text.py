"""TOML as entries, every byte kept (TOML 1.0): tables are sections, keys are leaves.

An array that has each element on a line of its own, a comma behind each, is a section too. An
element of an array of tables is known by its name; the tables below it are in it.
"""

import re
from typing import NamedTuple

from git_anvcs.merge.entries import reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.file import Broken

STRING = rb"\"\"\"(?:[^\\]|\\.)*?\"{3,5}|'''.*?'{3,5}|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'"
STRINGS = re.compile(STRING, re.DOTALL)
# A string, a bracket, a comment with its line end, or a run of anything else.
PIECE = re.compile(rb"%s|[\[\]{}]|#[^\n]*|\n|[^\[\]{}#\n\"']+" % STRING, re.DOTALL)
BRACKETS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
PART = re.compile(rb"[ \t]*(%s|[\w-]+)[ \t]*" % STRING, re.DOTALL)
REST = re.compile(rb"[ \t]*(?:#[^\n]*)?\n")
REQUIREMENT = re.compile(
    rb"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\]]*\])?[ \t]*(?:[<>=!~@;(].*)?"
)
# Lists in which the order says something.
ORDERED = re.compile(
    rb"(?:.*[-_])?(?:args?|cmd|commands?|script|addopts|opts|order|path|entrypoint)"
)
Names = tuple[bytes, ...]


class Header(NamedTuple):
    """`[name]` or `[[name]]`."""

    names: Names
    element: bool


def parse(text: bytes) -> Entry:
    """The file as a section. Raises Broken."""
    return Reader(text).document()


class Table:
    """A table whose end has not come: its header and what is in it."""

    def __init__(self, header: Header, lead: bytes, head: bytes, note: bytes) -> None:
        self.header = header
        self.parts = (lead, head, note)
        self.body: list[Entry] = []
        self.below: list[Table] = []
        self.tail = b""

    def entry(self) -> Entry:
        """The whole table; one of an array by its name."""
        sort = "element" if self.header.element else "table"
        name = b".".join(self.header.names).decode("utf-8", "replace")
        key: tuple[str, Names, str] = (sort, self.header.names, "")
        if self.header.element:
            key = (sort, self.header.names, self.identity())
            name = f"{name}.{key[2]}" if key[2] else name
        lead, head, note = self.parts
        body = [*self.body]
        if self.below:
            body += [one.entry() for one in self.below]
        return Entry(key, name, lead, head, note, tuple(body), self.tail, section=True)

    def identity(self) -> str:
        """What names an element: its `name`, or `id`."""
        for wanted in (b"name", b"id", b"path"):
            for one in self.body:
                if one.key == ("key", (wanted,)) and not one.section:
                    return one.head.partition(b"=")[2].strip().decode("utf-8", "replace")
        return ""


class Reader:
    """One parse: the text and the position in it."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0

    def document(self) -> Entry:
        top: list[Entry] = []
        tables: list[Table] = []
        pending = self.at
        while self.at < len(self.text):
            blank = REST.match(self.text, self.at)
            if blank:
                self.at = blank.end()
                continue
            lead, line = self.text[pending : self.at], self.at
            if self.text[self.at :].lstrip(b" \t").startswith(b"["):
                kept, lead = reading.closing(lead) if tables or top else (b"", lead)
                header = self.header()
                head, note = self.ended(line)
                close(tables, top, kept)
                put(tables, Table(header, lead, head, note))
            else:
                within = innermost(tables).body if tables else top
                within.append(self.pair(lead))
            pending = self.at
        body = [*top, *(one.entry() for one in tables)]
        return reading.root(body, self.text[pending:])

    def header(self) -> Header:
        start = self.at
        self.space()
        element = self.text.startswith(b"[[", self.at)
        self.at += 2 if element else 1
        names = self.names()
        closer = b"]]" if element else b"]"
        if not self.text.startswith(closer, self.at):
            self.at = start
            raise self.broken("a table without end")
        self.at += len(closer)
        return Header(names, element)

    def names(self) -> Names:
        """A dotted key, each part without its quotes."""
        found = []
        while part := PART.match(self.text, self.at):
            found.append(part[1].strip(b"\"'"))
            self.at = part.end()
            if not self.text.startswith(b".", self.at):
                return tuple(found)
            self.at += 1
        raise self.broken("no key")

    def pair(self, lead: bytes) -> Entry:
        """`key = value`, over several lines where the value is."""
        line = self.at
        names = self.names()
        if not self.text.startswith(b"=", self.at):
            raise self.broken("a key without a value")
        self.at += 1
        self.space()
        value = self.at
        self.skip_value()
        key, name = ("key", names), b".".join(names).decode("utf-8", "replace")
        if self.text.startswith(b"[", value) and not ORDERED.fullmatch(names[-1]):
            rows = elements(self.text[value : self.at])
            if rows is not None:
                first = self.text.index(b"\n", value) + 1
                end = self.text.rfind(b"\n", value, self.at) + 1
                _head, _note = self.ended(line)
                begin = self.text[value:first]
                head = self.text[line:value] + begin[:1]
                tail = self.text[end : self.at]
                return Entry(key, name, lead, head, begin[1:], tuple(rows), tail, section=True)
        head, note = self.ended(line)
        return Entry(key, name, lead, head, note)

    def ended(self, start: int) -> tuple[bytes, bytes]:
        """What was read since `start`, and the rest of its line."""
        rest = REST.match(self.text, self.at)
        if not rest:
            raise self.broken("text behind a value")
        head = self.text[start : self.at]
        self.at = rest.end()
        return head, rest[0]

    def skip_value(self) -> None:
        """Go behind a value: a string, a bracket with all in it, or a word."""
        depth = 0
        while depth or self.text[self.at : self.at + 1] not in (b"\n", b"#", b""):
            piece = PIECE.match(self.text, self.at)
            if not piece:
                raise self.broken("a string or a bracket without end")
            self.at = piece.end()
            depth += BRACKETS.get(piece[0], 0)
            if depth < 0:
                raise self.broken("a bracket too much")
        while self.text[self.at - 1 : self.at] in (b" ", b"\t"):
            self.at -= 1

    def space(self) -> None:
        while self.text[self.at : self.at + 1] in (b" ", b"\t"):
            self.at += 1

    def broken(self, why: str) -> Broken:
        return Broken(why, self.text.count(b"\n", 0, self.at) + 1)


def innermost(tables: list[Table]) -> Table:
    last = tables[-1]
    while last.below:
        last = last.below[-1]
    return last


def put(tables: list[Table], new: Table) -> None:
    """Behind the others, or in the element of an array that it belongs to."""
    within = tables
    while within:
        last = within[-1]
        names = last.header.names
        deeper = new.header.names[: len(names)] == names and len(new.header.names) > len(names)
        if not (last.header.element and deeper):
            break
        within = last.below
    within.append(new)


def close(tables: list[Table], top: list[Entry], kept: bytes) -> None:
    """Comments right below the last key stay with its table, or its key before all tables."""
    if tables:
        innermost(tables).tail += kept
    elif top and kept:
        top[-1] = top[-1]._replace(note=top[-1].note + kept)


def elements(array: bytes) -> list[Entry] | None:
    """The elements of an array that are lines of their own with a comma behind; else None."""
    found: list[Entry] = []
    rows = array.split(b"\n")
    if len(rows) < 2 or rows[0].lstrip(b"[ \t")[:1] not in (b"", b"#") or rows[-1].strip() != b"]":
        return None
    pending = b""
    for row in rows[1:-1]:
        line = row + b"\n"
        if REST.fullmatch(line):
            pending += line
            continue
        end = comma(row)
        if end is None:
            return None
        value = row[:end].strip()
        if value[:1] not in (b'"', b"'", b"{"):
            return None  # numbers and rows: their places count
        found.append(Entry(("item", item_key(value)), shown(value), pending, row[:end], line[end:]))
        pending = b""
    return None if pending else found


def comma(row: bytes) -> int | None:
    """Where the comma behind the only element of a line stands."""
    depth = at = 0
    while at < len(row):
        string = STRINGS.match(row, at)
        if string:
            at = string.end()
            continue
        byte = row[at : at + 1]
        depth += (byte in (b"[", b"{")) - (byte in (b"]", b"}"))
        if byte == b"," and not depth:
            return at if REST.fullmatch(row[at + 1 :] + b"\n") else None
        if byte == b"#":
            return None
        at += 1
    return None


def item_key(value: bytes) -> str:
    """What an element is known by: a requirement by its normalised name, else its text."""
    inner = value[1:-1] if value[:1] in (b'"', b"'") else b""
    found = REQUIREMENT.fullmatch(inner)
    if found:
        return re.sub(r"[-_.]+", "-", found[1].decode("ascii", "replace").lower())
    return b" ".join(value.split()).decode("utf-8", "replace")


def shown(value: bytes) -> str:
    return value.decode("utf-8", "replace")

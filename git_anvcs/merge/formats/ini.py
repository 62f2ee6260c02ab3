"""Merge INI files, properties and `.env` files by section and key.

A value that goes on in indented lines, or behind a backslash, belongs to its key.
"""

import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file, reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.result import Merged, Options, Versions

SECTION = re.compile(rb"\[([^\n]+)\][ \t]*(?:[#;][^\n]*)?\n")
KEY = re.compile(rb"[ \t]*(?:export[ \t]+)?([^\s=:#;!\[\]\\][^=:\n]*?)[ \t]*(?:[=:]|\n)")


def parse(text: bytes) -> Entry:
    """The file as a section. Raises Broken."""
    top: list[Entry] = []
    sections: list[Entry] = []
    keys = top
    pending = b""
    goes_on = False
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        section, key = SECTION.fullmatch(line), KEY.match(line)
        if goes_on or (keys and line.strip() and indent(line) > indent(keys[-1].head)):
            last = keys[-1]
            keys[-1] = last._replace(head=last.head + last.note + pending + line[:-1])
            pending = b""
        elif not line.strip() or line.lstrip()[:1] in b"#;!":
            pending += line
        elif section:
            pending = ended(sections, keys, pending)
            name = section[1]
            new = Entry(("section", name), name.decode(), pending, line[:-1], b"\n", section=True)
            sections.append(new)
            keys, pending = [], b""
        elif key:
            keys.append(Entry(("key", key[1]), key[1].decode(), pending, line[:-1], b"\n"))
            pending = b""
        else:
            raise file.Broken("neither a section nor a key", number)
        goes_on = line.endswith(b"\\\n") and keys != [] and not pending
    pending = ended(sections, keys, pending) if sections else pending
    return reading.root([*top, *sections], pending)


def indent(line: bytes) -> int:
    """How far a line is indented; one that is further in than a key goes on with its value."""
    return len(line) - len(line.lstrip(b" \t"))


def ended(sections: list[Entry], keys: list[Entry], pending: bytes) -> bytes:
    """Close the section that was open; returns the comments that belong behind it."""
    tail, rest = reading.closing(pending) if keys else (b"", pending)
    if sections:
        sections[-1] = sections[-1]._replace(body=tuple(keys), tail=tail)
    elif keys:
        keys[-1] = keys[-1]._replace(note=keys[-1].note + tail)
    return rest


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version has lines that are neither sections nor keys."""
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    return file.flaws(SYNTAX, versions, text) or file.twice(SYNTAX, versions, text)


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


SYNTAX = file.Syntax(parse)

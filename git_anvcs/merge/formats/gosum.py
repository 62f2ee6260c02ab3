"""Merge `go.sum`: a set of lines, one for a module's version; hashes are never chosen."""

from collections.abc import Hashable
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file, reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.result import Merged, Options, Versions

LINE = re.compile(rb"[ \t]*(\S+)[ \t]+(\S+)[ \t]+(h[0-9]+:\S+)[ \t]*\n")


def parse(text: bytes) -> Entry:
    """The file as a section. Raises Broken."""
    body = []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        found = LINE.fullmatch(line)
        if not found:
            raise file.Broken("not a line of go.sum", number)
        key = ("sum", found[1], found[2], found[3].partition(b":")[0])
        name = f"{found[1].decode()} {found[2].decode()}"
        body.append(Entry(key, name, b"", line.rstrip(), line[len(line.rstrip()) :]))
    return reading.root(body)


def sort(key: Hashable) -> str:
    """As the go command sorts: by module, then by version."""
    _sort, module, version, *_rest = key if isinstance(key, tuple) else ("", b"", b"")
    return f"{module.decode()} {version.decode()}"


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version has other lines."""
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    return file.flaws(SYNTAX, versions, text)


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


SYNTAX = file.Syntax(parse, sort=sort, independent=True)

"""What a lock file must hold: every dependency of a package is locked too."""

from collections.abc import Iterator
import re

from git_anvcs.merge.entries.entry import Placed, walk
from git_anvcs.merge.entries.file import Syntax, parsed
from git_anvcs.merge.toml.text import item_key

NAME = re.compile(rb"name[ \t]*=[ \t]*[\"']([^\"']+)")


def dangling(syntax: Syntax, text: bytes) -> dict[str, Placed]:
    """Dependencies on packages that are not there, each with the entry that names it."""
    rows = list(walk(parsed(syntax, text)))
    there = {
        item_key(str(placed.entry.key[2]).encode())
        for placed in rows
        if placed.entry.key[:2] == ("element", (b"package",)) and len(placed.entry.key) > 2
    }
    return {name: placed for placed in rows for name in wanted(placed) if name not in there}


def wanted(placed: Placed) -> Iterator[str]:
    """The packages that an entry of a package's dependencies names."""
    above = placed.path[-1] if placed.path else ()
    if placed.entry.key[0] == "item" and above[:2] == ("key", (b"dependencies",)):
        text = placed.entry.head.strip()
        named = NAME.search(text)
        words = text.strip(b"\"'").split()
        name = named[1] if named else words[0] if words else b""
        yield item_key(b'"' + name + b'"')
    elif above[:2] == ("table", (b"package", b"dependencies")) and placed.entry.key[0] == "key":
        yield item_key(b'"' + placed.entry.name.encode() + b'"')

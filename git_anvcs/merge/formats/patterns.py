"""Merge lists of patterns, such as `.gitignore`: as a set of lines where order says nothing.

With a pattern that takes back another (`!`) the order counts, and only lines are merged.
"""

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file, reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions


def parse(text: bytes) -> Entry:
    """The file as a section, a line an entry."""
    body: list[Entry] = []
    pending = b""
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if not bare or bare.startswith(b"#"):
            pending += line
            continue
        name = bare.decode("utf-8", "replace")
        body.append(Entry(("pattern", bare), name, pending, line[:-1], b"\n"))
        pending = b""
    return reading.root(body, pending)


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood where the order of the lines says something."""
    for version in versions:
        lines = [line.strip() for line in version.split(b"\n")]
        if any(line.startswith(b"!") for line in lines):
            raise NotUnderstood("a pattern takes back another")
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    """Nothing: a pattern that stands twice does no harm."""
    del versions, text
    return []


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


SYNTAX = file.Syntax(parse, repeats=("pattern",))

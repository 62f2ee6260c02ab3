"""Conflicts inside one cell that are none: a side that only changed white space."""

from collections.abc import Sequence
import re

# Strings of code keep their white space; a string over several lines is none of these.
CODE = re.compile(rb"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\w+|[^\w\s]")
TEXT = re.compile(rb"\S+")

Lines = Sequence[bytes]


def by_layout(base: Lines, ours: Lines, theirs: Lines, *, code: bool) -> Lines | None:
    """The side with the edit, where the other only changed white space inside its lines; ours
    where only that is between the two."""
    b, o, t = ([bare(line, code=code) for line in side] for side in (base, ours, theirs))
    if o in (t, b):
        return ours if o == t else theirs
    return ours if t == b else None


def bare(line: bytes, *, code: bool) -> tuple[bytes, ...]:
    """A line for comparison: its indentation and its words."""
    text = line.expandtabs(8).rstrip()
    indent = text[: len(text) - len(text.lstrip())]
    return indent, *(CODE if code else TEXT).findall(text)

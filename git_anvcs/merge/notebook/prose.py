"""Conflicts inside one cell that are none: a side that only changed white space, or other words.

A paragraph of Markdown is often one line, so lines that clash there merge by words.
"""

from collections.abc import Sequence
import re

from git_anvcs.merge import lines

WORD = re.compile(rb"\s+|\w+|[^\w\s]")
APART = 3  # words that must stand unchanged between an edit of ours and one of theirs
LONGEST = 4000  # words of one side; longer ones stay a conflict
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


def by_words(base: Lines, ours: Lines, theirs: Lines) -> bytes | None:
    """Lines that both sides changed at different words; None when that is not so."""
    if not (base and ours and theirs):
        return None
    before, mine, yours = (WORD.findall(b"".join(side)) for side in (base, ours, theirs))
    if max(map(len, (before, mine, yours))) > LONGEST:
        return None
    out: list[bytes] = []
    last, between = "", APART
    for part in lines.merge3(before, mine, yours):
        if part.kind == "conflict":
            return None
        taken = mine[part.ours0 : part.ours1]
        if part.kind == "theirs":
            taken = yours[part.theirs0 : part.theirs1]
        out += taken
        if part.kind == "same":
            between += sum(word[:1].isalnum() for word in taken)
            continue
        if {last, part.kind} == {"ours", "theirs"} and between < APART:
            return None
        last, between = part.kind, 0
    return b"".join(out)

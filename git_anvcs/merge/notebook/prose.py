"""Conflicts inside one cell that are none.

A side that only changed white space, or that did what the other did and more.
"""

from collections.abc import Sequence
import re

from git_anvcs.merge import lines as by_line

# Strings of code keep their white space; a string over several lines is none of these.
CODE = re.compile(rb"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\w+|[^\w\s]")
TEXT = re.compile(rb"\S+")
WORD = re.compile(rb"\w+|[^\w\s]")
LONG_STRING = re.compile(rb"\"\"\"|\'\'\'")
LONGEST = 4000  # words of one side; longer ones stay a conflict

Lines = Sequence[bytes]
Words = list[bytes]


def by_layout(base: Lines, ours: Lines, theirs: Lines, *, code: bool) -> Lines | None:
    """The side with the edit, where the other only changed white space inside its lines, or broke
    lines of code anew; ours where only that is between the two."""
    b, o, t = (bare(side, CODE if code else TEXT) for side in (base, ours, theirs))
    if o in (t, b):
        return ours if o == t else theirs
    return ours if t == b else None


def by_containing(base: Lines, ours: Lines, theirs: Lines, *, code: bool) -> Lines | None:
    """The side that did what the other did, word by word, and more."""
    if not (base and ours and theirs):
        return None
    b, o, t = (bare(side, CODE if code else WORD) for side in (base, ours, theirs))
    if max(map(len, (b, o, t))) > LONGEST:
        return None
    taken = {part.kind for part in by_line.merge3(b, o, t)} - {"same", "both"}
    if taken == {"ours"}:
        return ours
    return theirs if taken == {"theirs"} else None


def bare(side: Lines, word: re.Pattern[bytes]) -> Words:
    """The words of the lines, with the indentation that begins each line; of code each statement:
    inside brackets, behind a backslash and in a comment lines may be broken anywhere."""
    joins = word is CODE and not any(map(LONG_STRING.search, side))
    out: Words = []
    depth, comment, goes_on = 0, b"", False
    for line in side:
        text = line.expandtabs(8).rstrip()
        indent = text[: len(text) - len(text.lstrip())]
        words = word.findall(text)
        begun, comment = comment, indent + b"#" if joins and words[:1] == [b"#"] else b""
        if comment and comment == begun and not depth:
            out += words[1:]
            continue
        if not goes_on:
            out.append(b"\n" + indent)
        depth = max(depth + opened(words), 0)
        slash = words[-1:] == [b"\\"]
        goes_on = joins and b"#" not in words and (slash or depth > 0)
        out += words[:-1] if goes_on and slash else words
    return out


def opened(words: Words) -> int:
    """How many brackets a line leaves open, its comment apart."""
    said = words[: words.index(b"#")] if b"#" in words else words
    return sum((one in (b"(", b"[", b"{")) - (one in (b")", b"]", b"}")) for one in said)

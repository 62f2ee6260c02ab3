"""What counts in a style sheet: the last declaration of a property, `!important` ones first.

A merge keeps what each side's rules came to, or a person decides.
"""

from collections.abc import Iterator, Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.checks import Flaw
from git_anvcs.merge.code.source import Source

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

BLOCKS = ("block", "keyframe_block_list")
COMMA = re.compile(r",(?![^(\[]*[)\]])")
# Short forms that set more than what begins with their name, or less.
ALSO = {"font": ("line-height",), "inset": ("top", "right", "bottom", "left")}
APART = (
    "border-collapse",
    "border-radius",
    "border-spacing",
    "flex-direction",
    "flex-flow",
    "flex-wrap",
    "outline-offset",
)
SHORT = (
    "animation", "background", "border", "border-bottom", "border-color", "border-image",
    "border-left", "border-right", "border-style", "border-top", "border-width", "column-rule",
    "flex", "font", "grid", "grid-area", "grid-column", "grid-row", "inset", "list-style", "margin",
    "mask", "outline", "overflow", "padding", "text-decoration", "transition",
)  # fmt: skip
UNNAMED = ("@font-face",)  # each is one by itself

Key = tuple[tuple[str, ...], str]  # the rules around, the property
Words = tuple[str, str]  # a property and its value


class Said(NamedTuple):
    """A declaration, and its rows from 1."""

    name: str
    value: str
    first: int
    last: int


Sheet = dict[Key, list[Said]]
Known = dict[bytes, list[tuple[tuple[str, ...], Said]]]


def flaws(versions: Sequence[Source], texts: Sequence[Source]) -> list[Flaw]:
    """Properties that come to what neither side explains, in all of the texts; with the places of
    their declarations in the first."""
    known: Known = {}
    rows = [list(declared(source, known)) for source in (*versions, *texts)]
    names = {one.name for row in rows for _rules, one in row}
    base, ours, theirs, *made = (sheet(row, names) for row in rows)
    found = []
    for key in sorted({*made[0], *ours, *theirs}):
        now = {counting(one, key) for one in made}
        before, mine, yours = (counting(one, key) for one in (base, ours, theirs))
        if len(now) > 1 or explained(key[1], before, mine, yours, now.pop()):
            continue
        where = " ".join((*key[0], key[1]))
        there = made[0].get(key, [])
        found += [Flaw("cascade", where, one.first, one.last) for one in there]
        found += [] if there else [Flaw("cascade", where)]
    return found


def explained(
    name: str, base: Words | None, ours: Words | None, theirs: Words | None, now: Words | None
) -> bool:
    """Whether what counts is as on the side that changed it. What one side says of a property
    itself comes before what the other says in short of several."""
    if ours == base:
        return now == theirs
    if theirs in (base, ours):
        return now == ours
    own = [one for one in (ours, theirs) if one and one[0] == name]
    return None not in (ours, theirs) and len(own) == 1 and now == own[0]


def counting(sheet: Sheet, key: Key) -> Words | None:
    """The declaration that counts of a property."""
    found = [(one.name, one.value) for one in sheet.get(key, [])]
    strong = [one for one in found if one[1].endswith("!important")]
    last = (strong or found)[-1:]
    return last[0] if last else None


def sheet(rows: Sequence[tuple[tuple[str, ...], Said]], names: set[str]) -> Sheet:
    """The declarations by rule and property; those in short for all properties that they set."""
    found: Sheet = {}
    others = {short: [name for name in names if sets(short, name)] for short in names}
    for rules, one in rows:
        for name in (one.name, *others[one.name]):
            found.setdefault((rules, name), []).append(one)
    return found


def sets(short: str, name: str) -> bool:
    """Whether one property sets another along with others."""
    if short not in SHORT or name == short or name in APART:
        return False
    return name.startswith(f"{short}-") or name in ALSO.get(short, ())


def declared(source: Source, known: Known) -> Iterator[tuple[tuple[str, ...], Said]]:
    """All declarations of a sheet with the rules around them.

    known: what was read of statements before, with rows from their first; filled
    """
    for child in source.root.children:
        text, row = child.text or b"", child.start_point.row
        if text not in known:
            known[text] = [
                (rules, one._replace(first=one.first - row, last=one.last - row))
                for rules, one in stated(child, ())
            ]
        for rules, one in known[text]:
            yield rules, one._replace(first=one.first + row, last=one.last + row)


def stated(node: "Node", rules: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Said]]:
    """The declarations of one statement; a list of selectors is several rules."""
    block = next((one for one in node.children if one.type in BLOCKS), None)
    if node.type == "declaration":
        name, _, value = plain(node.text or b"").rstrip("; ").partition(":")
        name = name.strip() if name.startswith("--") else name.strip().lower()
        first, last = node.start_point.row + 1, node.end_point.row + 1
        yield rules, Said(name, value.strip(), first, last)
    elif block is not None:
        above = plain((node.text or b"")[: block.start_byte - node.start_byte])
        if above.lower() in UNNAMED:
            return
        for one in COMMA.split(above) if node.type == "rule_set" else [above]:
            for child in block.children:
                yield from stated(child, (*rules, one.strip()))


def plain(text: bytes) -> str:
    """The text without comments, in single spaces."""
    bare = re.sub(rb"/\*.*?\*/", b" ", text, flags=re.DOTALL)
    return " ".join(bare.decode("utf-8", "replace").split())

"""An element that both sides changed: each attribute and its text by themselves."""

from collections.abc import Collection, Sequence

from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.xml.syntax import ATTRIBUTE, START


def leaf(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """None where both changed one attribute, or the text, or where there is no base."""
    if base is None:
        return None
    found = [START.search(one.head) for one in (base, ours, theirs)]
    before, mine, yours = found
    if not (before and mine and yours):
        return None
    around = [
        (one.head[: tag.start()], tag[1], tag[4], one.head[tag.end() :])
        for one, tag in zip((base, ours, theirs), found, strict=True)
        if tag
    ]
    kept = []
    for was, one, two in zip(*around, strict=True):
        if two in (was, one):
            kept.append(one)
        elif one == was:
            kept.append(two)
        else:
            return None
    row = merged(before[2], mine[2], yours[2])
    if row is None:
        return None
    lead, tag, slash, rest = kept
    return Made(lead + b"<" + tag + row + mine[3] + slash + b">" + rest, "attributes")


# Attributes of which an element has one: a value or what it refers to, a type or another element.
ONE_OF = ((b"value", b"ref"), (b"name", b"ref"), (b"type", b"ref"), (b"Update", b"Remove"))


def clash(made: Collection[bytes], versions: Sequence[Collection[bytes]]) -> bool:
    """Whether two attributes exclude each other that no version has together."""
    pairs = [pair for pair in ONE_OF if pair[0] in made and pair[1] in made]
    return any(not any(a in one and b in one for one in versions) for a, b in pairs)


def names(head: bytes) -> list[bytes]:
    """The attributes of the first tag in a text."""
    tag = START.search(head)
    return [one[2] for one in ATTRIBUTE.finditer(tag[2])] if tag else []


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The attributes of a start tag, each with the white space before it, as they stand in ours."""
    rows = [{one[2]: one for one in ATTRIBUTE.finditer(text)} for text in (base, ours, theirs)]
    made = b""
    for name in dict.fromkeys([*rows[1], *rows[2]]):
        old, mine, yours = (row.get(name) for row in rows)
        values = [one[4] if one else None for one in (old, mine, yours)]
        if values[2] in values[:2]:
            taken = mine
        elif values[0] == values[1]:
            taken = yours
        else:
            return None
        if mine and yours and taken is yours:
            made += mine[1] + mine[2] + mine[3] + yours[4]
        elif taken:
            made += taken[0]
    return None if clash({one[2] for one in ATTRIBUTE.finditer(made)}, rows) else made

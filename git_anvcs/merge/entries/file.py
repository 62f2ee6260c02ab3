"""A whole file of entries: what a format module offers, made from its parser."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
import re
from typing import NamedTuple

from git_anvcs.merge import lines
from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.data import coded as data_coded
from git_anvcs.merge.data.whole import Texts
from git_anvcs.merge.entries import coded, entry
from git_anvcs.merge.entries.entry import Entry, Placed
from git_anvcs.merge.entries.match import Alias, Kin, no_alias
from git_anvcs.merge.entries.rivals import Exclusive
from git_anvcs.merge.entries.three_way import (
    Clash,
    Conform,
    Job,
    Leaf,
    Order,
    Part,
    Union,
    always,
    by_name,
    no_leaf,
    together,
)
from git_anvcs.merge.markers import Chunk, render
from git_anvcs.merge.result import Conflict, Merged, NotUnderstood, Options, Resolution, Versions

# A merge reads each version, its result and both readings of that; no file stays for long.
_VERSIONS = 6


class Broken(NotUnderstood):
    """A text that is not of this format; `line` counts from 1."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


Roots = tuple[Entry, Entry, Entry]
# The keys of the sections around an entry, and its own.
Where = tuple[tuple[tuple[Hashable, ...], ...], tuple[Hashable, ...]]

# The parser; parts and resolutions, which it makes anew; the versions.
Finish = Callable[
    [Callable[[bytes], Entry], Sequence[Part], Sequence[Resolution], Versions],
    tuple[list[Part], list[Resolution]],
]


def spelled(leaf: Entry) -> list[bytes]:
    """Its words, whatever its layout."""
    return leaf.head.split()


class Syntax(NamedTuple):
    """What the merge must know about a format.

    parse: a text with LF line ends, the last line ended, as one section; raises Broken
    leaf: merges a leaf that both sides changed
    clash: the kind of conflict where it is not what lines would call it
    sort: what entries are sorted by
    layout_counts: whether white space inside an entry is content
    alias: a second identity of entries; None for those without
    independent: what both sides put where they deleted the same entry is all kept
    kin: whether an entry is an edit of another, where entries are known by what they say
    exclusive: whether what both sides add at one place cannot both stay
    order: the order of the entries of a section, where the format knows it
    prepare: changes what is merged, given base, ours, theirs
    frame: merges the head of a section that both sides changed
    finish: undoes in the result what `conform` did to all three
    order_counts: whether nothing may be moved but by a side
    conform: gives all three the shape of a section that one side changed through and through
    repeats: sorts of entries (first element of a key) that may stand twice
    said: what tells whether a leaf is as a version has it
    union: whether a section that both sides added may hold what both put in it
    word: what counts as a word of an entry that must not get lost
    """

    parse: Callable[[bytes], Entry]
    leaf: Leaf = no_leaf
    clash: Clash = no_leaf
    sort: Callable[[Hashable], str] = by_name
    layout_counts: bool = True
    alias: Alias = no_alias
    independent: bool = False
    kin: Kin | None = None
    exclusive: Exclusive | None = None
    order: Order | None = None
    prepare: Callable[[Roots], Roots] | None = None
    frame: Leaf = no_leaf
    conform: Conform | None = None
    order_counts: bool = False
    finish: Finish | None = None
    repeats: tuple[str, ...] = ()
    union: Union = always
    word: re.Pattern[bytes] = entry.WORD
    said: Callable[[Entry], list[bytes]] = spelled


def merge(syntax: Syntax, versions: Versions, options: Options) -> Merged:
    """Merge entry by entry. Raises NotUnderstood when a version is not of the format."""
    texts = Texts.of(versions)
    base, ours, theirs = (syntax.parse(ended(text)) for text in texts[:3])
    resolved: list[Resolution] = []
    job = Job(
        syntax.leaf,
        syntax.clash,
        syntax.sort,
        syntax.layout_counts,
        syntax.alias,
        syntax.independent,
        resolved,
        syntax.kin,
        syntax.exclusive,
        syntax.order,
        syntax.frame,
        syntax.conform,
        syntax.order_counts,
        syntax.union,
    )
    if syntax.prepare:
        base, ours, theirs = syntax.prepare((base, ours, theirs))
    before = base if texts.base.strip() else None
    parts = together(job, before, ours, theirs, "")
    if syntax.finish:
        parts, resolved = syntax.finish(syntax.parse, parts, resolved, Versions(*texts[:3]))
    text, conflicts = assembled(parts, options)
    if not ends_in_line(texts) and not (text.endswith(b">\n") and conflicts):
        text = text.removesuffix(b"\n")
    if texts.crlf:
        text = text.replace(b"\n", b"\r\n")
    return Merged(text, tuple(conflicts), tuple(resolved))


def ended(text: bytes) -> bytes:
    return text if text.endswith(b"\n") or not text else text + b"\n"


def ends_in_line(texts: Texts) -> bool:
    """Whether the result ends in a line end: as the side that changed that, else as ours."""
    base, ours, theirs = (text.endswith(b"\n") or not text for text in texts[:3])
    return theirs if base == ours else ours


def assembled(parts: Sequence[Part], options: Options) -> tuple[bytes, list[Conflict]]:
    """The text of the parts with markers, and its conflicts."""
    texts = lines.Texts([], [], [])
    chunks: list[Chunk] = []
    told: list[Part] = []
    for part in joined(parts):
        start = [len(side) for side in texts]
        sides = (part.base, part.ours, part.theirs) if part.kind else (part.ours,) * 3
        for side, text in zip(texts, sides, strict=True):
            side.extend(lines.split(text))
        b, o, t = map(len, texts)
        kind = "conflict" if part.kind else "same"
        chunks.append(Chunk(kind, start[0], b, start[1], o, start[2], t))
        told += [part] if part.kind else []
    if options.style == "zdiff3":
        chunks = [piece for chunk in chunks for piece in lines.pared(texts, chunk)]
    text, placed = render(texts, chunks, options)
    return text, [
        lines.conflict(texts, place)._replace(kind=part.kind, where=part.where)
        for place, part in zip(placed, told, strict=True)
    ]


def joined(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts, neighbours without a conflict as one."""
    for clean, row in groupby(parts, key=lambda part: not part.kind):
        if clean:
            yield Part(b"".join(part.ours for part in row))
        else:
            yield from row


def flaws(syntax: Syntax, versions: Versions, text: bytes) -> list[Flaw]:
    """Broken syntax, an entry that stands more often than in any version, or that is as no side
    has it."""
    try:
        roots = [parsed(syntax, version) for version in versions]
    except NotUnderstood:
        return []
    before = [keys_of(root) for root in roots]
    try:
        made = parsed(syntax, text)
    except Broken as problem:
        return [Flaw("syntax", str(problem), problem.line, problem.line)]
    had: Counter[Hashable] = Counter()
    for count in before:
        had |= count
    now = keys_of(made)
    twice = [
        Flaw("duplicate", placed.entry.name, placed.first, placed.last)
        for placed in entry.walk(made)
        if now[placed.path, placed.entry.key] > max(1, had[placed.path, placed.entry.key])
        and placed.entry.key[0] not in syntax.repeats
    ]
    return twice or misplaced(syntax, roots, made)


def twice(syntax: Syntax, versions: Versions, text: bytes) -> list[Flaw]:
    """Codes and identities that both sides gave away. Raises NotUnderstood."""
    return data_coded.flaws(versions, text, lambda one: coded.tables(parsed(syntax, one)))


def misplaced(syntax: Syntax, roots: Sequence[Entry], made: Entry) -> list[Flaw]:
    """Leaves that one side alone has changed and that are as no side has them: what the other did
    somewhere else has slipped in, because lines were alike.

    Not in a section that the base does not have: a renamed one takes the other side's edits along.
    So does a leaf that may be a renamed one.
    """
    base, ours, theirs = (leaves(syntax, root) for root in roots)
    known = {(*one.path, one.entry.key) for one in entry.walk(roots[0]) if one.entry.section}
    counts = [keys_of(root) for root in roots]
    written = {(at[1], b"".join(one[1])) for row in (ours, theirs) for at, one in row.items()}
    found = []
    for (path, key), (placed, said) in leaves(syntax, made).items():
        before, mine, yours = (
            row[path, key][1] if (path, key) in row else None for row in (base, ours, theirs)
        )
        if (
            (path and path not in known)
            or (*path, key) in known  # a section that a side wrote in another way
            or said in (before, mine, yours)
            or before not in (mine, yours)
        ):
            continue
        side = ours if yours == before else theirs
        gone = any(one not in side for one in base if one[0] == path)
        unseen = (key, b"".join(said)) in written and not any(n[path, key] for n in counts)
        if before is None and not unseen and (gone or mine is yours):
            continue
        found.append(Flaw("misplaced", placed.entry.name, placed.first, placed.last))
    return found


def leaves(syntax: Syntax, root: Entry) -> dict[Where, tuple[Placed, list[bytes]]]:
    """The leaves that stand once, by path and key, with their words."""
    count = keys_of(root)
    return {
        (placed.path, placed.entry.key): (placed, syntax.said(placed.entry))
        for placed in entry.walk(root)
        if not placed.entry.section and count[placed.path, placed.entry.key] == 1
    }


def keys_of(root: Entry) -> Counter[Hashable]:
    return Counter((placed.path, placed.entry.key) for placed in entry.walk(root))


def tokens(syntax: Syntax, text: bytes) -> Tokens:
    """Every entry, every word of it with its place, every word of a comment."""
    return entry.tokens(parsed(syntax, text), syntax.word)


def differing(syntax: Syntax, texts: Sequence[bytes]) -> list[Tokens]:
    """The same of several texts, without the entries that all of them have."""
    roots = entry.without_equal([parsed(syntax, text) for text in texts])
    return [entry.tokens(root, syntax.word) for root in roots]


@lru_cache(maxsize=_VERSIONS)
def parsed(syntax: Syntax, text: bytes) -> Entry:
    return syntax.parse(ended(text.replace(b"\r\n", b"\n")))

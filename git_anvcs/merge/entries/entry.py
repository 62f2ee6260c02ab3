"""An entry: whole lines of a text, and what makes it the same entry in another version."""

from collections import Counter, deque
from collections.abc import Hashable, Sequence
import re
from typing import NamedTuple

from git_anvcs.merge.checks import Tokens

WORD = re.compile(rb"[^\s,;=(){}\[\]<>\"']+")
NOTE = re.compile(rb"\w+")


class Entry(NamedTuple):
    """A leaf, or a section with entries inside. All its parts together are whole lines.

    key: its identity among its siblings; the first element says what sort of entry it is
    name: how people call it
    lead: blank lines and comments above it
    head: its own text, without what stands behind it on its last line; of a section the first line
    note: what stands behind the head on its line: white space, a comment, the line end
    body, tail: of a section: the entries in it, and what closes it with the comments before
    section: whether it has a body; without one it is a leaf
    """

    key: tuple[Hashable, ...]
    name: str
    lead: bytes
    head: bytes
    note: bytes = b""
    body: tuple["Entry", ...] = ()
    tail: bytes = b""
    section: bool = False

    @property
    def text(self) -> bytes:
        """All of it, byte for byte."""
        if not self.body:
            return self.lead + self.head + self.note + self.tail
        return b"".join(pieces(self))


class Placed(NamedTuple):
    """An entry and where it stands: the keys of the sections around it, its lines from 1."""

    path: tuple[tuple[Hashable, ...], ...]
    entry: Entry
    first: int
    last: int


def pieces(entry: Entry) -> list[bytes]:
    """The parts of an entry in their order."""
    found: list[bytes] = []
    _gather(entry, found)
    return found


def _gather(entry: Entry, found: list[bytes]) -> None:
    found += entry.lead, entry.head, entry.note
    for inner in entry.body:
        _gather(inner, found)
    found.append(entry.tail)


def words(entry: Entry) -> tuple[bytes, ...]:
    """What an entry says, whatever its layout."""
    return tuple(entry.text.split())


# The checks of one merge walk through the same few texts again and again.
_walked: deque[tuple[Entry, list[Placed]]] = deque(maxlen=8)


def walk(root: Entry) -> Sequence[Placed]:
    """All entries below the root, a section before what is in it."""
    for known, placed in _walked:
        if known is root:
            return placed
    found: list[Placed] = []
    _place(root, (), 1, found)
    _walked.append((root, found))
    return found


def _place(
    section: Entry, path: tuple[tuple[Hashable, ...], ...], line: int, found: list[Placed]
) -> int:
    """Add what stands in a section that begins on this line; the line behind the section.

    Line ends are counted once in every part: an entry deep inside is not read again by each
    section around it.
    """
    line += (section.lead + section.head + section.note).count(b"\n")
    for entry in section.body:
        first = line + entry.lead.count(b"\n")
        at = len(found)
        found.append(Placed(path, entry, first, first))
        if entry.section:
            line = _place(entry, (*path, entry.key), line, found)
        else:
            line += entry.text.count(b"\n")
        found[at] = found[at]._replace(last=max(line - 1, first))
    return line + section.tail.count(b"\n")


def without_equal(roots: Sequence[Entry]) -> list[Entry]:
    """The same sections without the entries that all of them have, at any depth."""
    counts = [Counter(one.key for one in root.body) for root in roots]
    shared = {key for key in counts[0] if all(count[key] == 1 for count in counts)}
    maps = [{one.key: one for one in root.body if one.key in shared} for root in roots]
    left: list[dict[Hashable, Entry]] = [{} for _root in roots]
    for key in shared:
        row = [found[key] for found in maps]
        if all(one == row[0] for one in row):
            continue
        parts = without_equal(row) if all(one.section for one in row) else row
        for kept, part in zip(left, parts, strict=True):
            kept[key] = part
    return [
        root._replace(
            body=tuple(
                kept.get(one.key, one)
                for one in root.body
                if one.key in kept or one.key not in shared
            )
        )
        for root, kept in zip(roots, left, strict=True)
    ]


def tokens(root: Entry, word: re.Pattern[bytes] = WORD) -> Tokens:
    """What must not get lost: every entry, every word of it, every word of a comment."""
    counts: Tokens = Counter()
    counts.update(("note", one) for one in NOTE.findall(root.lead + root.head + root.tail))
    for path, entry, _first, _last in walk(root):
        counts[path, "key", entry.key] += 1
        counts.update((path, entry.key, one) for one in word.findall(entry.head))
        around = b" ".join((entry.lead, entry.note, entry.tail))
        counts.update(("note", one) for one in NOTE.findall(around))
    return counts

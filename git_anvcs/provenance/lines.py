"""Whose the lines of a file are, carried from one version of it to the next. Pure.

A line keeps its owner when it stays, when it is only formatted anew, and when it moves as a
whole; any other line of the new version is new. An owner is a name of the caller's choice; the
empty one means that nobody is known. Who is in doubt names nobody: `return None` in another
function, or in an older version, may have been typed anew. It takes a line beside it that came
along to prove that it moved.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
import re
from types import MappingProxyType
from typing import NamedTuple

from git_anvcs.kernel.diff import Change, changes
from git_anvcs.provenance import ranges

NOBODY = ""

# What formatters change besides white space: quotes, and commas that end a list.
_COSMETIC = bytes.maketrans(b"'`", b'""')
_DROPPED = b" \t\r\n\f\v,;"
_TELLING = re.compile(rb"[0-9A-Za-z\x80-\xff]")

_NOTHING: Mapping[int, str] = MappingProxyType({})


class Source(NamedTuple):
    """A version of a file and the owner of each of its lines."""

    lines: Sequence[bytes]
    owners: Sequence[str]


def split(data: bytes) -> list[bytes]:
    """The lines of a file as Git counts them, without their ends (`\\n` or `\\r\\n`)."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


def is_text(data: bytes) -> bool:
    """Whether Git would show it as text: no NUL in its first 8,000 bytes (buffer_is_binary)."""
    return b"\0" not in data[:8000]


def carried(
    source: Source,
    new: Sequence[bytes],
    *,
    moves: bool = True,
    likely: Mapping[int, str] = _NOTHING,
) -> list[str | None]:
    """The owner of each line of `new` that was in the source; None for a line that is new.

    moves: whether a line that left its place may stand in another
    likely: line of `new` (from 0) -> whoever has it if it is new: of these a move proves nothing
    """
    found: list[str | None] = [None] * len(new)
    hunks = changes(source.lines, new)
    for stay, at, count in _unchanged(hunks, len(source.lines)):
        found[at : at + count] = source.owners[stay : stay + count]
    for hunk in hunks:
        _formatted(source, new, hunk, found)
    if moves:
        _moved(source, new, hunks, found, likely)
    return found


def answers(
    source: Source,
    new: Sequence[bytes],
    asked: Iterable[int],
    *,
    likely: Mapping[int, str] = _NOTHING,
) -> dict[int, str]:
    """The owners of those of the `asked` lines (from 0) of `new` that the source holds.

    For a source that is not the version right before: only lines that tell something count,
    so that a brace is nobody's proof, and only beside a line that stood beside them there.
    likely: as in `carried`
    """
    wanted = [index for index in asked if tells(new[index])]
    if not wanted or not source.lines:
        return {}
    known = set(source.lines)
    if not any(new[index] in known for index in wanted) and not _alike(source, new, wanted):
        return {}
    found = carried(source, new, likely=likely)
    told = {index: owner for index in wanted if (owner := found[index]) is not None}
    if not any(told.values()):
        return told
    there = Beside(source.lines, new)
    sure = {i for i, owner in told.items() if owner == likely.get(i) or there.came(i)}
    return {index: owner if index in sure else NOBODY for index, owner in told.items()}


class Beside:
    """The lines beside a line, in the source and in the new version."""

    def __init__(self, old: Sequence[bytes], new: Sequence[bytes]) -> None:
        self._after = _neighbours(new)
        self._new = new
        self._before: dict[bytes, list[tuple[bytes, bytes]]] = {}
        for line, beside in zip(old, _neighbours(old), strict=True):
            self._before.setdefault(squeezed(line), []).append(beside)

    def came(self, index: int) -> bool:
        """Whether a line of the new version came with a neighbour, or from nowhere whole.

        Alone in its file it has none; what was wrapped or joined stands nowhere as it is now.
        """
        places = self._before.get(squeezed(self._new[index]))
        above, below = self._after[index]
        return not places or any(
            (above, below) == place
            or (above and above == place[0])
            or (below and below == place[1])
            for place in places
        )


def tells(line: bytes) -> bool:
    """Whether a line holds a letter or a digit."""
    return _TELLING.search(line) is not None


def squeezed(line: bytes) -> bytes:
    """A line without what a formatter may change in it."""
    return line.translate(_COSMETIC, _DROPPED)


def owners(count: int, owned: Mapping[str, str]) -> list[str]:
    """The owner of each of `count` lines, from owner -> ranges; contradicting claims prove nobody.

    Raises ValueError: a text that is no ranges.
    """
    found = [NOBODY] * count
    claimed: set[int] = set()
    for owner, text in owned.items():
        pairs = ranges.pairs(text)
        if pairs is None:
            raise ValueError(f"no ranges of lines: {text!r:.80}")
        for first, last in pairs:
            for index in range(first - 1, min(last, count)):
                found[index] = NOBODY if index in claimed else owner
                claimed.add(index)
    return found


def owned(whose: Sequence[str | None]) -> dict[str, str]:
    """Owner -> ranges of the lines; what nobody owns is left out."""
    found: dict[str, list[int]] = {}
    for index, owner in enumerate(whose):
        if owner:
            found.setdefault(owner, []).append(index + 1)
    return {owner: ranges.of_numbers(lines) for owner, lines in found.items()}


def _unchanged(hunks: Sequence[Change], size: int) -> Iterable[tuple[int, int, int]]:
    """The runs that stay: begin in the old version, begin in the new one, length."""
    a = b = 0
    for hunk in hunks:
        yield a, b, hunk.a0 - a
        a, b = hunk.a1, hunk.b1
    yield a, b, size - a


def _formatted(source: Source, new: Sequence[bytes], hunk: Change, found: list[str | None]) -> None:
    """Owners of lines that say the same in another form: wrapped, joined, indented."""
    before = [squeezed(line) for line in source.lines[hunk.a0 : hunk.a1]]
    after = [squeezed(line) for line in new[hunk.b0 : hunk.b1]]
    if not any(before) or not any(after):
        return
    whose = source.owners[hunk.a0 : hunk.a1]
    if b"".join(before) == b"".join(after):
        found[hunk.b0 : hunk.b1] = _by_place(before, whose, after)
        return
    for stay, at, count in _unchanged(changes(before, after), len(before)):
        for step in range(count):
            if _TELLING.search(before[stay + step]):
                found[hunk.b0 + at + step] = whose[stay + step]


def _by_place(
    before: Sequence[bytes], whose: Sequence[str], after: Sequence[bytes]
) -> list[str | None]:
    """Whoever wrote all the characters of a line owns it; of two, nobody does."""
    starts = [0, *accumulate(map(len, before))]
    ends = [0, *accumulate(map(len, after))]
    found: list[str | None] = []
    for start, end in pairwise(ends):
        if start == end:  # an empty line more or less
            found.append(None)
            continue
        first = bisect_right(starts, start) - 1
        last = bisect_right(starts, end - 1) - 1
        among = {whose[index] for index in range(first, last + 1) if before[index]}
        found.append(among.pop() if len(among) == 1 else NOBODY)
    return found


def _neighbours(text: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Of each line the nearest ones above and below that tell something, empty at the ends."""
    forms = [squeezed(line) if tells(line) else b"" for line in text]
    return list(zip(_last(forms), _last(forms[::-1])[::-1], strict=True))


def _last(forms: Sequence[bytes]) -> list[bytes]:
    """Of each entry the last one before it that is not empty."""
    found, last = [], b""
    for form in forms:
        found.append(last)
        last = form or last
    return found


def _moved(
    source: Source,
    new: Sequence[bytes],
    hunks: Sequence[Change],
    found: list[str | None],
    likely: Mapping[int, str],
) -> None:
    """Owners of lines that left one place and stand in another, perhaps indented anew.

    Where several alike left (both sides of a conflict hold them) and not all had one owner,
    nobody is known.
    """
    come = [i for h in hunks for i in range(h.b0, h.b1) if found[i] is None and tells(new[i])]
    if not come:
        return
    lost: dict[bytes, list[str]] = {}
    for hunk in hunks:
        for index in range(hunk.a0, hunk.a1):
            lost.setdefault(squeezed(source.lines[index]), []).append(source.owners[index])
    gained = Counter(squeezed(new[index]) for index in come)
    there = Beside(source.lines, new) if any(map(any, lost.values())) else None
    for index in come:
        line = squeezed(new[index])
        whose = lost.get(line, [])
        if len(whose) >= gained[line]:
            alone = whose[0] if len(set(whose)) == 1 else NOBODY
            sure = there is None or alone == likely.get(index) or there.came(index)
            found[index] = alone if sure else NOBODY


def _alike(source: Source, new: Sequence[bytes], wanted: Sequence[int]) -> bool:
    """Whether a wanted line stands in the source in another form."""
    text = b"".join(map(squeezed, source.lines))
    return any(squeezed(new[index]) in text for index in wanted)

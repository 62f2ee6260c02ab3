"""Who wrote each byte of a text, carried along its edits. Pure.

A text is a list of pieces, each somebody's; an edit cuts out what it takes away and puts its own
in. What was taken out of the middle of a line leaves a piece of no size, so that the line is known
to be changed. Nothing of this is kept in documents: it follows from the operations.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from git_anvcs.journal.text import Edit


class Piece(NamedTuple):
    """So many bytes by one author. n: the operation they came with; 0: they were there before"""

    size: int
    by: str = ""
    n: int = 0


Pieces = tuple[Piece, ...]


class Step(NamedTuple):
    """What an operation did. form: it changed only form, so that whose the text is stays"""

    n: int
    by: str
    edits: Sequence[Edit]
    form: bool = False


def begun(text: str) -> Pieces:
    """A text that was there before."""
    return (Piece(len(text.encode())),) if text else ()


def after(pieces: Pieces, old: str, step: Step) -> Pieces:
    """The pieces after an operation. old: the text before; edits from its last to its first"""
    found = list(pieces)
    data = old.encode()
    for edit in step.edits:
        end = edit.at + edit.removed
        first = edit.at == 0 or data[edit.at - 1 : edit.at] == b"\n"
        left, gone, right = _parted(found, edit.at, end, first=first)
        size = len(edit.added.encode())
        if step.form:
            by, n = _around(_sized(gone) or _sized(left)[-1:] or _sized(right)[:1])
        else:
            by, n = step.by, step.n
        marks = size or (edit.removed and _inside(data, edit.at, end) and not step.form)
        found = [*left, *([Piece(size, by, n)] if marks else []), *right]
    return _joined(found)


def lines(pieces: Pieces, text: str) -> list[str]:
    """The author of each line: whoever changed it last, by more than its end or its indentation."""
    found, start = [], 0
    placed = _placed(pieces)
    for row in _rows(text):
        body = row.rstrip(b"\r\n")
        last = start + len(body)
        while placed and placed[0].end < start:
            placed.popleft()
        best = Piece(0, "", -1)
        for one in placed:
            if one.start > (last if body else start + len(row) - 1):
                break
            if one.piece.n > best.n and _counts(one, start, body):
                best = one.piece
        found.append(best.by)
        start += len(row)
    return found


class _Placed(NamedTuple):
    """A piece from one byte of the text up to another."""

    start: int
    end: int
    piece: Piece


def _placed(pieces: Pieces) -> deque[_Placed]:
    found: deque[_Placed] = deque()
    at = 0
    for piece in pieces:
        found.append(_Placed(at, at + piece.size, piece))
        at += piece.size
    return found


def _counts(one: _Placed, start: int, body: bytes) -> bool:
    """Whether a piece is a part of the line that says something, or a mark in it."""
    if not one.piece.size:
        return start <= one.start <= start + len(body)
    part = body[max(0, one.start - start) : max(0, one.end - start)]
    if not body.strip():  # an empty line is whose its bytes are
        return one.end > start
    return bool(part.strip())


def _rows(text: str) -> list[bytes]:
    """Lines as Git counts them, with their ends."""
    parts = text.encode().split(b"\n")
    return [*(part + b"\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]


def _parted(
    pieces: Iterable[Piece], start: int, end: int, *, first: bool
) -> tuple[list[Piece], list[Piece], list[Piece]]:
    """What lies before, in and after a range of bytes; marks at its borders stay outside.

    first: whether the range begins where a line does: a mark there is of that line
    """
    left: list[Piece] = []
    gone: list[Piece] = []
    right: list[Piece] = []
    at = 0
    for piece in pieces:
        stop = at + piece.size
        if piece.size == 0:
            before = at < start or (at == start and not first)
            (left if before else gone if start < at < end else right).append(piece)
            continue
        for low, high, into in ((at, start, left), (start, end, gone), (end, stop, right)):
            size = min(high, stop) - max(low, at)
            if size > 0:
                into.append(piece._replace(size=size))
        at = stop
    return left, gone, right


def _inside(data: bytes, start: int, end: int) -> bool:
    """Whether a range that is taken out leaves a part of a line on both sides, or of one."""
    begins = start == 0 or data[start - 1 : start] == b"\n"
    ends = end == len(data) or data[end : end + 1] == b"\n"
    whole = begins and (end == len(data) or data[end - 1 : end] == b"\n")
    return not whole and not (ends and data[start : start + 1] == b"\n")


def _sized(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.size]


def _around(pieces: Sequence[Piece]) -> tuple[str, int]:
    """Whose a text is that was only formatted: of several authors, the last one's."""
    newest = max(pieces, key=lambda piece: piece.n, default=Piece(0))
    return newest.by, newest.n


def _joined(pieces: Iterable[Piece]) -> Pieces:
    """Neighbours by one author in one operation as one piece; of marks at one place the newest."""
    found: list[Piece] = []
    for (by, n, is_mark), group in groupby(pieces, key=lambda p: (p.by, p.n, not p.size)):
        found.append(Piece(0 if is_mark else sum(piece.size for piece in group), by, n))
    return tuple(found)

"""A text without what one author did: the inverse of some of its versions, the others' kept.

What the author put in goes where it still stands, what the author took out comes back where nobody
rewrote it. Where others built on what would go, the lines are a conflict: nothing is guessed.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from git_anvcs.journal.weave import Piece, Weave

Mine = Callable[[str], bool]  # whether a version's author is the one to be taken back


class Hunk(NamedTuple):
    """Whole lines: as they are now, and as they are without the author; equal where none was.

    conflict: others built on what the author did there, so that it cannot be taken back alone;
        then `without` is also without what they did
    pieces: the numbers of the pieces that go or come back
    """

    now: bytes
    without: bytes
    conflict: bool = False
    pieces: tuple[int, ...] = ()

    @property
    def text(self) -> bytes:
        """What stands there after the revert: a conflict stays as it is."""
        return self.now if self.conflict else self.without


def without(weave: Weave, mine: Mine) -> list[Hunk]:
    """The whole text in hunks."""
    kinds = [_kind(weave, mine, piece) for piece in weave.pieces]
    conflicts = _Conflicts(weave, mine, kinds).found()
    return list(_hunks(weave, kinds, conflicts))


def take_back(weave: Weave, hunks: Sequence[Hunk], by: str) -> None:
    """The next version is the text after the revert; hunks: of `without`"""
    here = [piece.here for piece in weave.pieces]
    for hunk in hunks:
        for place in () if hunk.conflict else hunk.pieces:
            here[place] = not here[place]
    weave.set(here, by)


class _Kind(Enum):
    KEPT = "in the text, before and after"
    GOES = "the author put it in"
    BACK = "the author took it out"
    GONE = "others took it out, or the author's own"


def _kind(weave: Weave, mine: Mine, piece: Piece) -> _Kind:
    own = mine(weave.authors[piece.born])
    if piece.here:
        return _Kind.GOES if own else _Kind.KEPT
    return _Kind.BACK if not own and mine(weave.authors[piece.gone]) else _Kind.GONE


_CHANGED = (_Kind.GOES, _Kind.BACK)


class _Conflicts:
    """The runs of pieces in which the author's and later work of others cannot be told apart."""

    def __init__(self, weave: Weave, mine: Mine, kinds: Sequence[_Kind]) -> None:
        self._weave, self._mine, self._kinds = weave, mine, kinds
        self._pieces = weave.pieces

    def found(self) -> list[tuple[int, int]]:
        """First and last piece of each run."""
        runs = []
        for place, kind in enumerate(self._kinds):
            if kind not in _CHANGED:
                continue
            for step in (-1, 1):
                other = self._touched(place, step)
                if other is not None:
                    runs.append((min(place, other), max(place, other)))
            if kind is _Kind.BACK and self._lost_its_place(place):
                runs.append((place, place))
        return runs + list(self._inside())

    def _since(self, place: int) -> int:
        """The version in which the author changed this piece."""
        piece = self._pieces[place]
        return piece.born if self._kinds[place] is _Kind.GOES else piece.gone

    def _is_fresh(self, place: int, since: int) -> bool:
        """Whether somebody else put the piece in after that version."""
        return self._kinds[place] is _Kind.KEPT and self._pieces[place].born > since

    def _touched(self, place: int, step: int) -> int | None:
        """The piece to one side that others made of it, or in the same word or place."""
        since, kind = self._since(place), self._kinds[place]
        edge, beyond = self._pieces[place].data, False
        replaced: set[int] = set()  # versions in which others took something away in between
        at = place + step
        while 0 <= at < len(self._pieces) and self._kinds[at] not in _CHANGED:
            piece = self._pieces[at]
            if self._kinds[at] is _Kind.GONE:
                if kind is _Kind.BACK and self._is_rewritten(piece, since):
                    return at
                replaced.add(piece.gone)
            elif self._is_fresh(at, since):
                apart = _are_apart(edge, piece.data, step, beyond=beyond)
                known = kind is _Kind.GOES or beyond or self._has_place(place, at, step, replaced)
                return None if apart and known and not self._rewrites(at, since) else at
            elif not (_ends_in_word(edge, step) and _is_word(piece.data)):
                return None
            else:
                beyond = True
            at += step
        return None

    def _is_rewritten(self, piece: Piece, since: int) -> bool:
        """Whether the author put it in then, and others took it out."""
        own = self._mine(self._weave.authors[piece.born])
        return own and piece.born == since and not self._mine(self._weave.authors[piece.gone])

    def _rewrites(self, fresh: int, since: int) -> bool:
        """Whether others put it in instead of what the author put in then."""
        at = fresh - 1
        while at >= 0 and self._kinds[at] is _Kind.GONE:
            piece = self._pieces[at]
            if piece.gone == self._pieces[fresh].born and self._is_rewritten(piece, since):
                return True
            at -= 1
        return False

    def _has_place(self, back: int, fresh: int, step: int, between: set[int]) -> bool:
        """Whether it is known on which side of what comes back others put their text."""
        born = self._pieces[fresh].born
        if step > 0:
            return born in between  # they replaced what stood behind it
        at = fresh - 1
        while at >= 0 and self._kinds[at] is _Kind.GONE:
            if self._pieces[at].gone == born:
                return True  # they replaced what stood before it
            at -= 1
        since, at = self._since(back), back + 1
        while at < len(self._pieces) and self._kinds[at] in (_Kind.GONE, _Kind.BACK):
            at += 1
        # What the author put in its place was there to be written before.
        return at < len(self._pieces) and (
            self._kinds[at] is _Kind.GOES and self._pieces[at].born == since
        )

    def _lost_its_place(self, place: int) -> bool:
        """Whether others took out what stood on both sides of what comes back."""
        sides = [self._is_side_gone(place, step) for step in (-1, 1)]
        return True in sides and False not in sides

    def _is_side_gone(self, place: int, step: int) -> bool | None:
        """None: nothing stood on this side."""
        since = self._since(place)
        at = place + step
        while 0 <= at < len(self._pieces):
            piece = self._pieces[at]
            if piece.born < since and not self._mine(self._weave.authors[piece.born]):
                if self._kinds[at] is _Kind.KEPT:
                    return False
                if self._kinds[at] is _Kind.GONE and piece.gone > since:
                    return True
            at += step
        return None

    def _inside(self) -> Iterator[tuple[int, int]]:
        """Text of others, later, between two pieces that go."""
        before: int | None = None
        oldest = 0  # of the others' pieces since then
        for place, kind in enumerate(self._kinds):
            if kind is _Kind.GONE:
                continue
            if kind is _Kind.GOES:
                since = self._pieces[place].born
                if before is not None and oldest > max(since, self._pieces[before].born):
                    yield before, place
                before, oldest = place, 0
            elif before is not None:
                fresh = self._is_fresh(place, self._pieces[before].born)
                born = self._pieces[place].born
                before = before if fresh else None
                oldest = min(oldest, born) if oldest else born


def _are_apart(edge: bytes, other: bytes, step: int, *, beyond: bool) -> bool:
    """Whether a line ends between the two. beyond: a word is, and the other no part of it"""
    first, second = (edge, other) if step > 0 else (other, edge)
    if beyond:
        return not _ends_in_word(other, -step)
    return first.endswith(b"\n") or second.startswith(b"\n")


def _ends_in_word(data: bytes, step: int) -> bool:
    """Whether the end of it on one side is part of a word."""
    return _is_word(data[-1:] if step > 0 else data[:1])


def _is_word(data: bytes) -> bool:
    """Letters, digits and _; every character that is no ASCII counts as a letter."""
    return all(byte >= 0x80 or byte == 0x5F or chr(byte).isalnum() for byte in data)


def _hunks(
    weave: Weave, kinds: Sequence[_Kind], conflicts: Sequence[tuple[int, int]]
) -> Iterator[Hunk]:
    """Cut where, before and after, a line begins; never within a conflict."""
    hit = {place for first, last in conflicts for place in range(first, last + 1)}
    glued = {place for first, last in conflicts for place in range(first, last)}
    first = _first_change(weave.pieces, kinds)
    lines = _Lines()
    for place, (piece, kind) in enumerate(zip(weave.pieces, kinds, strict=True)):
        if kind is _Kind.GONE:
            continue
        whole = kind is not _Kind.KEPT or place in hit
        for line in [piece.data] if whole else _lines(piece.data):
            if place - 1 not in glued and lines.can_end:
                yield lines.hunk()
                lines = _Lines()
            lines.add(line, kind, place, fresh=piece.born > first)
            lines.conflict |= place in hit
    if lines.now or lines.without:
        yield lines.hunk()


def _first_change(pieces: Sequence[Piece], kinds: Sequence[_Kind]) -> int:
    """The first version of the author that is taken back."""
    found = [piece.born if kind is _Kind.GOES else piece.gone
             for piece, kind in zip(pieces, kinds, strict=True) if kind in _CHANGED]  # fmt: skip
    return min(found, default=0)


class _Lines:
    """A hunk on its way. before: without what others put in since, too

    later: the author took some of that out
    """

    def __init__(self) -> None:
        self.now = self.without = self.before = b""
        self.pieces: list[int] = []
        self.conflict = self.later = False

    @property
    def can_end(self) -> bool:
        """Whether it holds something, and a line begins behind it, before and after."""
        sides = [side for side in (self.now, self.without) if side]
        return bool(sides) and all(side.endswith(b"\n") for side in sides)

    def add(self, data: bytes, kind: _Kind, place: int, *, fresh: bool) -> None:
        if kind is not _Kind.BACK:
            self.now += data
        if kind is not _Kind.GOES:
            self.without += data
            self.before += b"" if fresh else data
            self.later |= fresh and kind is _Kind.BACK
        if kind in _CHANGED:
            self.pieces.append(place)

    def hunk(self) -> Hunk:
        if not self.conflict:
            return Hunk(self.now, self.without, pieces=tuple(self.pieces))
        if self.now == self.before and not self.later:  # others put it back to the byte
            return Hunk(self.now, self.now)
        return Hunk(self.now, self.before, conflict=True, pieces=tuple(self.pieces))


def _lines(data: bytes) -> list[bytes]:
    """Cut behind each LF, and nowhere else."""
    ends = data.split(b"\n")
    return [f for f in [*(line + b"\n" for line in ends[:-1]), ends[-1]] if f]

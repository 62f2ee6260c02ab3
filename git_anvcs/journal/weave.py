"""A text with everything it ever held: pieces in order, and who put each in and took it out.

What `Document` does for clones, made visible: what was deleted keeps its place. It is woven from
versions, so that it goes on over commits and switches, where a CRDT document ends and the next
begins.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
import hashlib

from git_anvcs.journal.edits import between
from git_anvcs.journal.text import Edit
from git_anvcs.kernel import diff

HERE = -1

_MOST_FINE = 20_000  # characters


class Piece:
    """Bytes that came together. born: the version that put them in; gone: the one that took them

    out, HERE while they are in the text.
    """

    __slots__ = ("born", "data", "told")

    def __init__(self, data: bytes, born: int, told: Iterable[tuple[int, int]] = ()) -> None:
        self.data = data
        self.born = born
        self.told = list(told) or [(born, HERE)]  # since which version it is gone, or HERE

    @property
    def gone(self) -> int:
        return self.told[-1][1]

    @property
    def here(self) -> bool:
        return self.told[-1][1] == HERE

    def at(self, version: int) -> int | None:
        """What `gone` was then; None before it was put in."""
        found = None
        for since, gone in self.told:
            if since > version:
                break
            found = gone
        return found


class Weave:
    """The versions of one text. authors: whose each version is; the first is nobody's."""

    def __init__(self, first: str) -> None:
        self.authors = [""]
        self.text = first
        self.pieces = [Piece(first.encode(), 0)] if first else []
        self._known = {_digest(first): 0}

    def step(self, text: str, by: str, since: int = 0) -> None:
        """The next version. One that was there before brings back what was in the text then.

        since: the oldest version that may come back so
        """
        known = self._known.get(_digest(text), -1)
        if text == self.text:
            self._next(text, by)
        elif known >= since:
            self._back(known, self._next(text, by))
        else:
            edits = between(self.text, text)
            self._edit(edits[::-1], self._next(text, by))

    def knows(self, text: str) -> bool:
        """Whether it was so before."""
        return _digest(text) in self._known

    def reform(self, text: str, by: str, own: Callable[[str], bool]) -> None:
        """The next version, which changes only form: what it puts into one author's text is theirs,

        and so is what it takes out of it. own: whether an author is that one
        """
        fine = [part for edit in between(self.text, text) for part in _finely(self.text, edit)]
        version = self._next(text, by)
        self._edit(fine[::-1], version)
        before: Piece | None = None
        waiting: list[Piece] = []
        for piece in self.pieces:
            if piece.told[-1] == (version, version) and own(self.authors[piece.born]):
                piece.told[-1] = (version, piece.born)
            elif piece.born == version:
                waiting.append(piece)
            elif piece.here:
                if before and all(own(self.authors[one.born]) for one in (before, piece)):
                    for one in waiting:
                        one.born = before.born
                before, waiting = piece, []

    def set(self, here: Sequence[bool], by: str) -> None:
        """The next version holds exactly these of the pieces."""
        version = len(self.authors)
        for piece, wanted in zip(self.pieces, here, strict=True):
            if piece.here != wanted:
                piece.told.append((version, HERE if wanted else version))
        self._next(b"".join(piece.data for piece in self.pieces if piece.here).decode(), by)

    def _next(self, text: str, by: str) -> int:
        self.authors.append(by)
        self.text = text
        version = len(self.authors) - 1
        self._known[_digest(text)] = version
        return version

    def _back(self, known: int, version: int) -> None:
        """As it was at a known version; what came since is gone."""
        for piece in self.pieces:
            then = piece.at(known)
            if then is None:
                then = piece.gone if not piece.here else version
            if then != piece.gone:
                piece.told.append((version, then))

    def _edit(self, edits: Sequence[Edit], version: int) -> None:
        """Edits from the first to the last, at bytes of the text so far."""
        cuts = sorted({place for at, removed, _ in edits for place in (at, at + removed)})
        self._cut(cuts)
        # What is put in follows what it replaces, or what it was written behind.
        after = {at + removed: added for at, removed, added in edits if added}
        gone = iter([(at, at + removed) for at, removed, _ in edits if removed])
        start, end = next(gone, (-1, -1))
        woven = [Piece(after[0].encode(), version)] if 0 in after else []
        at = 0
        for piece in self.pieces:
            woven.append(piece)
            if not piece.here:
                continue
            while end >= 0 and end <= at:
                start, end = next(gone, (-1, -1))
            if start <= at < end:
                piece.told.append((version, version))
            at += len(piece.data)
            if at in after:
                woven.append(Piece(after[at].encode(), version))
        self.pieces = woven

    def _cut(self, cuts: Sequence[int]) -> None:
        """No piece in the text goes over one of these places."""
        made: list[Piece] = []
        at, places = 0, iter([*cuts, 1 << 62])
        place = next(places)
        for piece in self.pieces:
            if not piece.here:
                made.append(piece)
                continue
            start, end = at, at + len(piece.data)
            while place <= start:
                place = next(places)
            while place < end:
                made.append(Piece(piece.data[start - at : place - at], piece.born, piece.told))
                start, place = place, next(places)
            made.append(
                piece if start == at else Piece(piece.data[start - at :], piece.born, piece.told)
            )
            at = end
        self.pieces = made

    def alive(self) -> Iterator[tuple[str, bytes]]:
        """The text in pieces, each with its author."""
        return ((self.authors[piece.born], piece.data) for piece in self.pieces if piece.here)


def _finely(text: str, edit: Edit) -> list[Edit]:
    """An edit as edits of single characters, from the last to the first."""
    gone = text.encode()[edit.at : edit.at + edit.removed].decode()
    if not gone or not edit.added or len(gone) + len(edit.added) > _MOST_FINE:
        return [edit]
    return [
        Edit(edit.at + len(gone[:a0].encode()), len(gone[a0:a1].encode()), edit.added[b0:b1])
        for a0, a1, b0, b1 in reversed(diff.changes(gone, edit.added))
    ]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()

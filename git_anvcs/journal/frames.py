"""What happened to files as frames: small enough to be kept, told and played, forth and back."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from git_anvcs.journal.edits import between


class Change(NamedTuple):
    """At byte `at` of the UTF-8 text, `removed` goes and `added` comes."""

    at: int
    removed: str
    added: str


class Frame(NamedTuple):
    """One change of one file.

    n: the number of its operation; seconds: since the epoch; by: whose it is, `git`, or empty
    what: made, edited, deleted, data (no text), unknown (not to be had) or withheld
    changes: from the last to the first of the text; lines end with LF
    seed: the text before it, of a file's first frame alone; size: in bytes, as it was on disk
    """

    n: int
    seconds: float
    path: str
    by: str
    what: str
    changes: tuple[Change, ...] = ()
    seed: str | None = None
    mode: int = 0
    size: int = 0


def changes(old: str, new: str) -> tuple[Change, ...]:
    """What makes `new` of `old`."""
    data = old.encode()
    return tuple(
        Change(at, data[at : at + removed].decode(), added)
        for at, removed, added in between(old, new)
    )


def forth(text: str, made: Sequence[Change]) -> str:
    """The text after the changes. Raises ValueError when they are not of this text."""
    data = text.encode()
    for at, removed, added in made:
        gone = removed.encode()
        if at < 0 or data[at : at + len(gone)] != gone:
            raise ValueError(f"a change at byte {at} is not of this text")
        data = data[:at] + added.encode() + data[at + len(gone) :]
    return data.decode()


def back(text: str, made: Sequence[Change]) -> str:
    """The text before the changes; see `forth`."""
    found, moved = [], 0
    for at, removed, added in reversed(made):
        found.append(Change(at + moved, added, removed))
        moved += len(added.encode()) - len(removed.encode())
    return forth(text, found[::-1])


class Shown(NamedTuple):
    """A frame with the text of its file before and after."""

    frame: Frame
    before: str
    after: str


class Player:
    """Frames in their order, and the texts at one of them. place: how many were played"""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self.frames = list(frames)
        self.place = 0
        self._texts: dict[str, str] = {}

    def forward(self) -> Shown | None:
        """Play the next one; None behind the last. Raises ValueError when it is damaged."""
        if self.place == len(self.frames):
            return None
        frame = self.frames[self.place]
        before = self._texts.get(frame.path, "") if frame.seed is None else frame.seed
        after = self._texts[frame.path] = forth(before, frame.changes)
        self.place += 1
        return Shown(frame, before, after)

    def backward(self) -> Shown | None:
        """Take the last one back, and show the one before it again; None at the first."""
        if self.place < 2:
            return None
        self._step_back()
        frame = self.frames[self.place - 1]
        after = self._texts[frame.path]
        return Shown(frame, back(after, frame.changes), after)

    def _step_back(self) -> None:
        self.place -= 1
        frame = self.frames[self.place]
        self._texts[frame.path] = back(self._texts[frame.path], frame.changes)

    def seek(self, place: int) -> Shown | None:
        """Show the frame with this place, from 1 on."""
        place = max(1, min(place, len(self.frames)))
        while self.place >= place:
            self._step_back()
        shown = None
        while self.place < place:
            shown = self.forward()
        return shown

"""Lines that are rewritten soon after they were written: counted, line by line. Pure.

A line is written when somebody's edit puts it in, or changes it. It is rewritten when an edit
changes it or takes it out again within the window. Who changes his own line again within SETTLED
seconds is still writing it: that counts once. What Git writes (a switch, a merge, a reset), what an
undo brings back, and what only changes form, is nobody's writing and rewrites nothing.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.journal.edits import common_end, common_start
from git_anvcs.kernel import diff

SETTLED = 60.0


class Line(NamedTuple):
    """Who wrote a line, and when (seconds since the epoch)."""

    by: str
    lane: str
    path: str
    seconds: float


class Counts(NamedTuple):
    """Lines written; of those, rewritten by the same author and by others."""

    written: int = 0
    own: int = 0
    others: int = 0

    @property
    def rewritten(self) -> int:
        return self.own + self.others


class Text:
    """One text, and for each of its lines who wrote it; None where that does not count."""

    def __init__(self, text: str, lines: Sequence[Line | None] | None = None) -> None:
        self.text = text
        self.lines: list[Line | None] = list(lines or [None] * len(lines_of(text)))

    def step(self, text: str, by: Line | None, *, form: bool = False) -> tuple[int, list[Line]]:
        """The next version: how many lines were written, and which that count went.

        by: who wrote it, where and when; None: nobody's writing
        form: it says the same in another form: lines stay whose they were
        """
        gone: list[Line] = []
        come = 0
        if text == self.text:
            return 0, gone
        for change in _changes(self.text, text):
            old = self.lines[change.a0 : change.a1]
            count = change.b1 - change.b0
            if form and old:
                new = [old[min(i, len(old) - 1)] for i in range(count)]
            else:
                new = [by] * count
                come += count if by else 0
                gone += [line for line in old if line is not None and by is not None]
            self.lines[change.a0 : change.a1] = new
        self.text = text
        return come, gone


class Tally:
    """The counts of every author, lane and path.

    since: only lines written from then on count; window: seconds
    """

    def __init__(self, since: float, window: float) -> None:
        self._since, self._window = since, window
        self._written: Counter[tuple[str, str, str]] = Counter()
        self._own: Counter[tuple[str, str, str]] = Counter()
        self._others: Counter[tuple[str, str, str]] = Counter()

    def wrote(self, by: Line, count: int) -> None:
        """So many lines came."""
        if by.seconds >= self._since and count:
            self._written[by[:3]] += count

    def rewrote(self, gone: Sequence[Line], by: Line) -> None:
        """These lines went."""
        for line in gone:
            age = by.seconds - line.seconds
            if line.seconds < self._since or age > self._window:
                continue
            if line.by == by.by and line.lane == by.lane and age < SETTLED:
                self._written[line[:3]] -= 1
            elif line.by == by.by:
                self._own[line[:3]] += 1
            else:
                self._others[line[:3]] += 1

    def counts(self) -> dict[tuple[str, str, str], Counts]:
        """By author, lane and path."""
        keys = sorted(self._written.keys() | self._own.keys() | self._others.keys())
        found = {k: Counts(self._written[k], self._own[k], self._others[k]) for k in keys}
        return {key: counts for key, counts in found.items() if any(counts)}


def lines_of(text: str) -> list[str]:
    """Cut behind each LF; what follows the last one is a line, unless it is empty."""
    parts = text.split("\n")
    last = [parts[-1]] if parts[-1] else []
    return [f"{part}\n" for part in parts[:-1]] + last


def _changes(old: str, new: str) -> list[diff.Change]:
    """Which lines were replaced by which, looked for only between where both differ."""
    start = common_start(old, new)
    start = old.rfind("\n", 0, start) + 1
    end = common_end(old, new, start)
    # Only whole lines are left out: the end begins behind an LF that both have.
    cut = old.find("\n", len(old) - end) + 1 if end else 0
    end = len(old) - cut if cut else 0
    first = old.count("\n", 0, start)
    middle = (old[start : len(old) - end], new[start : len(new) - end])
    found = diff.changes(*map(lines_of, middle))
    return [
        diff.Change(c.a0 + first, c.a1 + first, c.b0 + first, c.b1 + first)
        for c in reversed(found)  # from the last on, so that the numbers before stay right
    ]

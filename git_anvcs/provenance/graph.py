"""The commit graph as text: lanes, and how lines run between commits from one row to the next.

Pure. `Lanes` takes commits one by one, children before parents, and keeps only the open lanes:
a history of any length streams through. Every edge between two shown commits is drawn.
"""

from collections.abc import Iterable
from typing import NamedTuple

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8

# A commit whose date lies before its parent's may come after it; so many are remembered.
_REMEMBERED = 10_000


class Row(NamedTuple):
    """How one commit is drawn.

    before: lines above it, where lanes that wait for the same commit join
    node: the line with the commit; `column` is its lane
    after: the line below it, where a merge opens lanes and a fork joins them; None for no line
    above: parents that were drawn before this commit, so that no line can lead to them
    """

    before: tuple[str, ...]
    node: str
    after: str | None
    column: int
    above: tuple[str, ...] = ()


class Charset(NamedTuple):
    """The characters of joints (by directions), lanes, lanes that skip hidden commits, lines."""

    joints: dict[int, str]
    lane: str
    dotted: str
    flat: str


UNICODE = Charset(
    {
        DOWN | RIGHT: "╭",
        DOWN | LEFT: "╮",
        UP | RIGHT: "╰",
        UP | LEFT: "╯",
        UP | DOWN | RIGHT: "├",
        UP | DOWN | LEFT: "┤",
        DOWN | LEFT | RIGHT: "┬",
        UP | LEFT | RIGHT: "┴",
        UP | DOWN | LEFT | RIGHT: "┼",
    },
    "│",
    "┆",
    "─",
)
ASCII = Charset(
    {
        joint: "'" if not joint & DOWN else "." if not joint & UP else "+"
        for joint in UNICODE.joints
    },
    "|",
    ":",
    "-",
)


class _Lane(NamedTuple):
    """A line on its way down to `target`; dotted: it skips commits that are not shown."""

    target: str
    dotted: bool = False


class Lanes:
    """The open lanes; one call of `add` (or `skip`) per commit."""

    def __init__(self, charset: Charset = UNICODE) -> None:
        self._charset = charset
        self._lanes: list[_Lane | None] = []
        self._shown: dict[str, None] = {}
        self._ended: set[int] = set()  # columns in which the last row was the last of its line

    def add(self, commit: str, parents: Iterable[str], node: str = "●") -> Row:
        """The row of a commit, whose children have been added already."""
        waiting = [i for i, lane in enumerate(self._lanes) if lane and lane.target == commit]
        if waiting:
            column = waiting[0]
            before = self._arrive(waiting)
        else:
            column = self._open(_Lane(commit), self._lanes)
            self._lanes[column] = None
            # The head of a line right below the end of another one would look like its parent.
            before = (self._straight(),) if column in self._ended else ()
            self._lanes[column] = _Lane(commit)
        middle = self._straight({column: node})
        self._ended = set()
        wanted = dict.fromkeys(parents)
        after = self._leave(column, [parent for parent in wanted if parent not in self._shown])
        self._remember(commit)
        return Row(before, middle, after, column, tuple(p for p in wanted if p in self._shown))

    def skip(self, commit: str, parents: Iterable[str]) -> None:
        """A commit that is not shown: lines to it run on, dotted, to its first parent."""
        first = next(iter(parents), None)
        onward = None if first is None or first in self._shown else _Lane(first, dotted=True)
        for column, lane in enumerate(self._lanes):
            if lane and lane.target == commit:
                self._lanes[column] = onward
                if onward is None:
                    self._ended.add(column)
        self._trim()

    def _arrive(self, waiting: list[int]) -> tuple[str, ...]:
        """Bring the lanes that wait for a commit together in the leftmost of them."""
        first, *others = waiting
        if not others:
            lane = self._lanes[first]
            return (self._straight(),) if lane and lane.dotted else ()
        # A line that crossed the end of another one would look like its way on.
        crossed = any(first < column < others[-1] for column in self._ended)
        above = (self._straight(),) if crossed else ()
        text = self._joints({first: UP | DOWN, **dict.fromkeys(others, UP)})
        for other in others:
            self._lanes[other] = None
        self._trim()
        return (*above, text)

    def _leave(self, column: int, parents: list[str]) -> str | None:
        """Lead lines from the commit at `column` to its parents; the line of joints, if any."""
        there = {lane.target: i for i, lane in reversed([*enumerate(self._lanes)]) if lane}
        fresh = [parent for parent in parents if parent not in there]
        joined = {there[parent]: UP | DOWN for parent in parents if parent in there}
        if len(joined) == 1 and not fresh and min(joined) > column:
            # The line that leads to the only parent comes over to us, and lanes stay few.
            moved = min(joined)
            text = self._joints({column: UP | DOWN, moved: UP})
            self._lanes[column], self._lanes[moved] = self._lanes[moved], None
            self._trim()
            return text
        above = list(self._lanes)
        self._lanes[column] = _Lane(fresh[0]) if fresh else None
        for parent in fresh[1:]:
            joined[self._open(_Lane(parent), above)] = DOWN
        if not joined:
            self._ended = set() if fresh else {column}
            self._trim()
            return None
        text = self._joints({**joined, column: UP | DOWN if fresh else UP}, above)
        self._trim()
        return text

    def _open(self, lane: _Lane, above: list[_Lane | None]) -> int:
        """Put a lane into the first column that is free here and in the row above."""
        for column, there in enumerate(self._lanes):
            if there is None and (column >= len(above) or above[column] is None):
                self._lanes[column] = lane
                return column
        self._lanes.append(lane)
        return len(self._lanes) - 1

    def _straight(self, nodes: dict[int, str] | None = None) -> str:
        """One line in which every lane goes straight on."""
        drawn = [(nodes or {}).get(i) or self._vertical(lane) for i, lane in enumerate(self._lanes)]
        return " ".join(drawn).rstrip()

    def _joints(self, joined: dict[int, int], above: list[_Lane | None] | None = None) -> str:
        """One line with a horizontal from the first to the last of `joined`.

        joined: column -> whether it goes UP, DOWN or both; lanes in between that are not joined
        are crossed: they stay vertical. above: the lanes at the upper edge, if others than now.
        """
        lanes = self._lanes if above is None else above
        first, last = min(joined), max(joined)
        drawn = []
        for column in range(max(len(lanes), len(self._lanes), last + 1)):
            lane = lanes[column] if column < len(lanes) else None
            inside = first < column < last
            if column in joined:
                sides = (LEFT if column > first else 0) | (RIGHT if column < last else 0)
                drawn.append(self._charset.joints[joined[column] | sides])
            elif lane is None and inside:
                drawn.append(self._charset.flat)
            else:
                drawn.append(self._vertical(lane))
            drawn.append(self._charset.flat if first <= column < last else " ")
        return "".join(drawn).rstrip()

    def _vertical(self, lane: _Lane | None) -> str:
        if lane is None:
            return " "
        return self._charset.dotted if lane.dotted else self._charset.lane

    def _trim(self) -> None:
        while self._lanes and self._lanes[-1] is None:
            self._lanes.pop()

    def _remember(self, commit: str) -> None:
        self._shown[commit] = None
        if len(self._shown) > _REMEMBERED:
            del self._shown[next(iter(self._shown))]

"""What a path went through, and what it would hold without one author: text, mode and all.

A text is unwoven by `inverse`. Of what is no text, and of mode, line ends and being there at all,
the last of the others' values counts.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from git_anvcs.journal import inverse
from git_anvcs.journal.inverse import Hunk, Mine
from git_anvcs.journal.versions import ABSENT, State
from git_anvcs.journal.weave import Weave

Value = TypeVar("Value")

# How a revert signs: it takes back what it says, and no new text comes of it.
REVERT = "undo:"

OTHERS_WROTE_IN = "it was made there, and others wrote in it since"
NOT_KEPT = "what it held in between is not to be had"
WHOLE = "it is no text, and others wrote it since"


class Without(NamedTuple):
    """then: what it would hold; conflicts stay as they are now

    hunks: of a text, all of it; why: why some or all of it stays, empty when nothing does
    """

    now: State
    then: State
    hunks: tuple[Hunk, ...] = ()
    why: str = ""


class Trail:
    """The versions of one path. mine: whether an author is the one to be taken back"""

    def __init__(self, first: State | None, mine: Mine) -> None:
        self._mine = mine
        self._states = [first]
        self._authors = [""]
        self._weave = Weave(_text(first))
        self._others = 0  # the last version of the weave that is not the author's
        self._waiting: State | None = None  # the author's last, which may be half of a save

    @property
    def text(self) -> str:
        """Of the last version."""
        return _text(self._states[-1])

    def step(self, state: State | None, by: str, *, form: bool = False) -> None:
        """The next version. None: it is not to be had; form: it changes nothing but that."""
        if self._waiting is not None and not (self._mine(by) and self._is_half(state)):
            self._weave_in(self._waiting, self._authors[-1])
        self._waiting = None
        self._states.append(state)
        self._authors.append(by)
        if self._mine(by) and state is not None:
            self._waiting = state
        elif form and state is not None and not self._weave.knows(_text(state)):
            self._weave.reform(_text(state), by, self._mine)
            self._others = len(self._weave.authors) - 1
        else:
            self._weave_in(state, by)

    def _is_half(self, following: State | None) -> bool:
        """Whether a file was cut, to be written again: it held little between two versions."""
        half, sides = len(_text(self._waiting)) * 2, (self._weave.text, _text(following))
        return all(half < len(side) for side in sides)

    def _weave_in(self, state: State | None, by: str) -> None:
        text = _text(state)
        if self._is_revert(by):
            hunks = inverse.without(self._weave, self._mine)
            if b"".join(hunk.text for hunk in hunks).decode() == text:
                inverse.take_back(self._weave, hunks, by)
                self._others = len(self._weave.authors) - 1
                return
        own = self._mine(by)
        since = self._others if own else 0 if _may_bring_back(by) else len(self._weave.authors)
        self._weave.step(text, by, since)
        if not own:
            self._others = len(self._weave.authors) - 1

    def _is_revert(self, by: str) -> bool:
        """Whether it took back what is to be taken back."""
        return by.startswith(REVERT) and self._mine(by.removeprefix(REVERT))

    def alive(self) -> int:
        """How many lines of the text now have something of the author, blanks aside."""
        self._catch_up()
        lines, found = 0, False  # in the line so far
        for by, data in self._weave.alive():
            *ended, rest = data.split(b"\n")
            own = self._mine(by)
            for part in ended:
                lines += found or (own and bool(part.strip()))
                found = False
            found = found or (own and bool(rest.strip()))
        return lines + found

    def _catch_up(self) -> None:
        if self._waiting is not None:
            self._weave_in(self._waiting, self._authors[-1])
            self._waiting = None

    def without(self) -> Without:
        """What the path would hold now."""
        self._catch_up()
        states = [state for state in self._states if state is not None]
        now = self._states[-1]
        if now is None or len(states) < len(self._states):
            return Without(now or ABSENT, now or ABSENT, (), NOT_KEPT)
        if any(state.mode and state.text is None for state in states):
            return self._whole(states)
        return self._text(states)

    def _whole(self, states: Sequence[State]) -> Without:
        now, then = states[-1], self._replayed(states, states)
        changed = [i for i in range(1, len(states)) if states[i] != states[i - 1]]
        own = [i for i in changed if self._mine(self._authors[i])]
        over = own and own[-1] < changed[-1] and now.mode and now not in states[: own[0]]
        return Without(now, then, (), WHOLE if over and now == then else "")

    def _text(self, states: Sequence[State]) -> Without:
        now = states[-1]
        hunks = tuple(inverse.without(self._weave, self._mine))
        text = b"".join(hunk.text for hunk in hunks).decode()
        conflicts = sum(hunk.conflict for hunk in hunks)
        why = f"others built on it in {_places(conflicts)}" if conflicts else ""
        there = self._replayed(states, [bool(state.mode) for state in states])
        if not there:
            if now.mode and (text or conflicts):
                return Without(now, now, hunks, OTHERS_WROTE_IN)
            return Without(now, ABSENT, hunks)
        if not now.mode and conflicts:
            return Without(now, now, hunks, why)
        there_then = _last_there(states)
        mode = self._replayed(states, [state.mode for state in there_then])
        crlf = self._replayed(states, [state.crlf for state in there_then])
        return Without(now, State(mode, text, crlf), hunks, why)

    def _replayed(self, states: Sequence[State], values: Sequence[Value]) -> Value:
        """The value as the others set it; where all is as it was before, as it was then."""
        found = values[0]
        known = {states[0]: found}
        for place in range(1, len(states)):
            by = self._authors[place]
            own = self._mine(by) or (self._is_revert(by) and values[place] == found)
            if not own and _may_bring_back(by) and states[place] in known:
                found = known[states[place]]
            elif not own and (values[place] != values[place - 1] or not states[place - 1].mode):
                found = values[place]
            known[states[place]] = found
        return found


def _text(state: State | None) -> str:
    return (state.text if state else None) or ""


def _may_bring_back(by: str) -> bool:
    """Whether what is as it was before is that again: Git, an undo or a person put it back.

    What another session writes is its own.
    """
    return not by or by.partition(":")[0] == "undo"


def _last_there(states: Sequence[State]) -> list[State]:
    """The same, with what was there before, or comes first, in place of nothing."""
    last = next((state for state in states if state.mode), ABSENT)
    found = []
    for state in states:
        last = state if state.mode else last
        found.append(last)
    return found


def _places(count: int) -> str:
    return "a place" if count == 1 else f"{count:,} places"

"""What a worktree went through, look by look: operations that were found together, as one."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice
from typing import NamedTuple

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import bursts, moves, reverts
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.moves import Moves
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.kernel.errors import UsageError

_MOST_NAMED = 5


class Wanted(NamedTuple):
    """path: only this file, or below this folder; most: so many looks, 0 for all

    lane: only this one; before: only operations before this one
    by: only what this session, or a session of this agent, wrote; git: only looks at which Git
    had moved something
    form_seconds: looks that changed only form count as one, when no more time lies between two
    """

    path: str = ""
    most: int = 0
    lane: str | None = None
    before: int | None = None
    by: str = ""
    git: bool = False
    form_seconds: float = 0.0


class Look(NamedTuple):
    """What one look found. entries: newest last; moved: what Git did, if it did anything

    undo: the span that an undo took back, where this is its mark
    reverted: the session whose work was taken back, where this is the mark of that
    """

    lane: str
    seconds: float
    entries: tuple[Entry, ...]
    moved: Moves | None = None
    undo: bursts.Span | None = None
    reverted: str = ""

    @property
    def n(self) -> int:
        """The number of its last operation."""
        return self.entries[-1].n

    @property
    def form(self) -> bool:
        """Whether nothing but the form of texts was changed."""
        return all(entry.op.flags & Flag.COSMETIC for entry in self.entries)

    @property
    def lost(self) -> bool:
        """Whether something was lost."""
        return any(entry.op.flags & Flag.LOST for entry in self.entries)


def looks(here: Opened, wanted: Wanted) -> Iterator[Look]:
    """The newest first, read as they are asked for."""
    entries = _entries(here, wanted)
    if wanted.git:
        entries = _of_git(here, wanted)
    together = groupby(entries, key=lambda entry: (entry.op.lane, entry.op.time >> 16))
    found = (_look(here, list(group)[::-1]) for _, group in together)
    yield from islice(_batched(found, wanted.form_seconds), wanted.most or None)


def _batched(found: Iterable[Look], seconds: float) -> Iterator[Look]:
    """A formatter that runs after every save is one look for all of its runs, the newest first."""
    last: Look | None = None
    for look in found:
        together = last and last.form and look.form and last.lane == look.lane
        if last and together and last.seconds - look.seconds <= seconds:
            last = look._replace(entries=(*look.entries, *last.entries))
            continue
        if last:
            yield last
        last = look
    if last:
        yield last


def _of_git(here: Opened, wanted: Wanted) -> Iterator[Entry]:
    """All that was found beside what Git did, the newest first."""
    found = here.journal.newest(wanted.lane, kinds=(Kind.GIT,), before=wanted.before)
    last = None
    for entry in found:
        if last is None or (entry.op.lane, entry.op.time >> 16) != last:
            last = entry.op.lane, entry.op.time >> 16
            yield from reversed(here.journal.beside(entry.op.lane, entry.n))


def _entries(here: Opened, wanted: Wanted) -> Iterator[Entry]:
    """The newest first; a claim is told with the operations it is about."""
    if wanted.by:
        found = (e for e in _by(here, wanted) if _is_below(e.op.path, wanted.path))
    elif wanted.path in ("", "."):
        found = (e for e in here.journal.newest(wanted.lane, before=wanted.before))
    else:
        found = (
            e for e in here.journal.newest_below(wanted.path, wanted.lane, before=wanted.before)
        )
    return (entry for entry in found if entry.op.kind is not Kind.CLAIM)


def _by(here: Opened, wanted: Wanted) -> Iterator[Entry]:
    """The operations of a session, or of all sessions of an agent. Raises UsageError."""
    known = here.journal.authors()
    chosen = [one for one in known if wanted.by in (one, one.partition(":")[0])]
    if not chosen:
        names = ", ".join(known[:_MOST_NAMED]) or "nobody"
        raise UsageError(
            f"the journal knows no operation by {wanted.by!r}", hint=f"it knows those of {names}"
        )
    found = [here.journal.newest_by(one, wanted.lane, before=wanted.before) for one in chosen]
    yield from merge(*found, key=lambda entry: -entry.n)


def _is_below(path: str, folder: str) -> bool:
    return folder in ("", ".", path) or path.startswith(f"{folder}/")


def _look(here: Opened, entries: list[Entry]) -> Look:
    moved = undo = None
    reverted = ""
    for entry in entries:
        if entry.op.kind is Kind.GIT:
            moved = moves.unpack(here.journal.payload(entry.n))
        elif entry.op.kind is Kind.MARK:
            payload = here.journal.payload(entry.n)
            found, back = bursts.unpack(entry.n, payload), reverts.unpack(payload)
            undo = found.span if found and not back else None
            reverted = back.session if back else ""
    first = entries[0].op
    return Look(first.lane, first.seconds, tuple(entries), moved, undo, reverted)

"""What a worktree went through, look by look: operations that were found together, as one."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice
from typing import NamedTuple

from git_anvcs.flows.journal import marks
from git_anvcs.flows.journal.marks import Mark
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import moves
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.moves import Moves
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store import contents

_MOST_NAMED = 5


class Wanted(NamedTuple):
    """path: only this file, or below this folder; most: so many looks, 0 for all

    lane: only this one; before: only looks before that of this operation
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
    """What one look found, or all that an undo did. entries: newest last

    moved: what Git did, if it did anything; mark: what is told besides
    let_go: digests of contents that are not kept any more, for the limit
    """

    lane: str
    seconds: float
    entries: tuple[Entry, ...]
    moved: Moves | None = None
    mark: Mark = Mark()
    let_go: frozenset[bytes] = frozenset()

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
        """Whether something was lost. What an undo takes away, it also gives back."""
        return not self.mark.own and any(entry.op.flags & Flag.LOST for entry in self.entries)


def looks(here: Opened, wanted: Wanted) -> Iterator[Look]:
    """The newest first, read as they are asked for."""
    if wanted.before is not None:
        wanted = wanted._replace(before=_first(here, wanted.lane, wanted.before))
    entries = _entries(here, wanted)
    if wanted.git:
        entries = _of_git(here, wanted)
    together = groupby(entries, key=lambda entry: (entry.op.lane, entry.op.time >> 16))
    found = (_look(here, list(group)[::-1]) for _, group in together)
    whole = _with_marks(found)
    yield from islice(_batched(whole, wanted.form_seconds), wanted.most or None)


def _first(here: Opened, lane: str | None, n: int) -> int:
    """The first operation of the line that the timeline has for operation `n`."""
    entry = next(here.journal.newest(lane, before=n + 1), None)
    if entry is None or entry.n != n:
        return n
    beside = here.journal.beside(entry.op.lane, n)
    own = _look(here, beside).mark.own
    return min(beside[0].n, own.after + 1 if own else n)


def _with_marks(found: Iterable[Look]) -> Iterator[Look]:
    """All that one undo, or revert, did is one look, that of its mark, the newest first."""
    last: Look | None = None
    between: list[Look] = []  # of other worktrees, and of others who worked meanwhile
    for look in found:
        own = last.mark.own if last else None
        if last and own and own.holds(look.n):
            if look.lane == last.lane and _is_its(look):
                last = last._replace(
                    entries=(*look.entries, *last.entries),
                    moved=last.moved or look.moved,
                    let_go=look.let_go | last.let_go,
                )
            else:
                between.append(look)
            continue
        if last:
            yield from (last, *between)
        last, between = look, []
    if last:
        yield from (last, *between)


def _is_its(look: Look) -> bool:
    """Whether an undo itself may have made it: nobody else is known to have."""
    return all(e.by.partition(":")[0] in ("", "undo") for e in look.entries) and not look.mark.own


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
    moved, mark = None, Mark()
    for entry in entries:
        if entry.op.kind is Kind.GIT:
            moved = moves.unpack(here.journal.payload(entry.n))
        elif entry.op.kind is Kind.MARK:
            mark = marks.unpack(entry.n, here.journal.payload(entry.n))
    first = entries[0].op
    held = {entry.op.digest for entry in entries if entry.op.kind is Kind.BLOB}
    gone = frozenset(digest for digest in held if _is_let_go(here.journal, digest))
    return Look(first.lane, first.seconds, tuple(entries), moved, mark, gone)


def _is_let_go(journal: Journal, digest: bytes) -> bool:
    return journal.let_go(digest) and not contents.has(journal.contents, digest)

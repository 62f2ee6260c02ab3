"""Story: which sessions worked here, when, on what, and how much; from journal and records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows import drain_state, intake, session_records
from git_anvcs.flows.journal.followed import Followed
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal.trail import REVERT
from git_anvcs.kernel import clock, diff
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance import sessions, summary
from git_anvcs.provenance.claim import session_key
from git_anvcs.provenance.pending import ACTIVE_SECONDS, Pending
from git_anvcs.provenance.record import Record
from git_anvcs.store.paths import Paths

_MOST_NAMED = 10


class Lines(NamedTuple):
    """Lines that were put in and taken out, a changed one counting as both."""

    added: int = 0
    removed: int = 0


class Session(NamedTuple):
    """first, last: seconds since the epoch, of its operations or else its commits

    lanes: worktrees; files: lane and path; operations: 0 when only records know it
    """

    name: str
    model: str
    first: float
    last: float
    lanes: tuple[str, ...] = ()
    files: frozenset[tuple[str, str]] = frozenset()
    operations: int = 0
    commits: tuple[str, ...] = ()
    running: bool = False


def listed(here: Opened, since: float = 0.0, lane: str | None = None) -> list[Session]:
    """Every session with something since then, the newest first; of one worktree or of all."""
    recorded = session_records.everyone(here.repo)
    running = active(here)
    found = []
    for name in {*names(here), *recorded}:
        session = _session(here, name, recorded.get(name, ()), running)
        if session.last >= since and (lane is None or lane in session.lanes or not session.lanes):
            found.append(session)
    return sorted(found, key=lambda session: (-session.last, session.name))


def named(here: Opened, words: str) -> Session:
    """The session that is meant: by its name, the tool's own id, its key or a part of one.

    Raises UsageError when several are, AnvcsError when none is.
    """
    recorded = session_records.everyone(here.repo)
    known = {name: {session_key(name)} for name in {*names(here), *recorded}}
    found = sessions.called(words, known) or sessions.like(words, known)
    if len(found) > 1:
        raise UsageError(f"{len(found)} sessions are called {words!r}: {_some(found)}")
    if not found:
        hint = f"there are {_some(sorted(known))}" if known else "`git anvcs sessions list`"
        raise AnvcsError(f"no session is called {words!r}", hint=hint)
    return _session(here, found[0], recorded.get(found[0], ()), active(here))


def names(here: Opened) -> list[str]:
    """The sessions that the journal knows."""
    return [name for name in here.journal.authors() if ":" in name and not name.startswith(REVERT)]


def active(here: Opened) -> set[str]:
    """The sessions that gave a sign of life in the last hours and did not say that they ended."""
    paths = Paths(here.repo.common_dir)
    state = drain_state.load(paths)
    since = clock.now() - ACTIVE_SECONDS
    pending = state.pending.values() if state else ()
    tables = (Pending(value) for value in pending if isinstance(value, dict))
    return {who for table in tables for who, when in table.active.items() if when >= since}


def lines(here: Opened, chosen: Iterable[Session]) -> dict[str, Lines]:
    """How many lines each of the sessions put in and took out, in every version of every text."""
    wanted: dict[tuple[str, str], int] = {}
    found = {session.name: Lines() for session in chosen}
    for name in found:
        for entry in here.journal.newest_by(name):
            if entry.op.path:
                place = (entry.op.lane, entry.op.path)
                wanted[place] = min(entry.n, wanted.get(place, entry.n))
    for (lane, path), n in wanted.items():
        for by, counted in of_path(here, lane, path, n):
            if by in found:
                found[by] = sum_of(found[by], counted)
    return found


def of_path(here: Opened, lane: str, path: str, n: int) -> Iterable[tuple[str, Lines]]:
    """Each version of a path from operation `n` on: whose it is, and its lines."""
    before = ""
    for entry, state in Followed(here, lane).of(path, n):
        now = (state.text if state else None) or ""
        if entry:
            yield entry.by, between(before, now)
        before = now


def between(old: str, new: str) -> Lines:
    a, b = old.splitlines(), new.splitlines()
    changes = diff.changes(a, b)
    return Lines(sum(c.b1 - c.b0 for c in changes), sum(c.a1 - c.a0 for c in changes))


def sum_of(one: Lines, other: Lines) -> Lines:
    return Lines(one.added + other.added, one.removed + other.removed)


def _session(here: Opened, name: str, recorded: Sequence[Record], running: set[str]) -> Session:
    entries = list(here.journal.newest_by(name))
    times = [entry.op.seconds for entry in (*entries[:1], *entries[-1:])]
    times = times or [_made(record) for record in recorded]
    own = [record for record in recorded if sessions.name_of(summary.who(record)) == name]
    commits = sorted(own, key=lambda record: record.created_at)
    return Session(
        name,
        _model(here, name, recorded),
        min(times, default=0.0),
        max(times, default=0.0),
        tuple(sorted({entry.op.lane for entry in entries})),
        frozenset((entry.op.lane, entry.op.path) for entry in entries if entry.op.path),
        len(entries),
        tuple(record.commit for record in commits),
        name in running,
    )


def _model(here: Opened, name: str, recorded: Iterable[Record]) -> str:
    """As the hooks told it, or a record tells it; empty when nobody does."""
    told: Mapping[str, object] = intake.session_of(Paths(here.repo.common_dir), name)
    found = [str(told.get("model", ""))]
    for record in recorded:
        whos = [summary.who_of_key(record, key) for key in record.mapping("sessions")]
        found += [w.model for w in (summary.who(record), *whos) if sessions.name_of(w) == name]
    return next((model for model in found if model and model != "unknown"), "")


def _made(record: Record) -> float:
    try:
        return clock.parse_rfc3339(record.created_at)
    except (ValueError, OverflowError):
        return 0.0


def _some(found: Sequence[str]) -> str:
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return ", ".join(found[:_MOST_NAMED]) + more

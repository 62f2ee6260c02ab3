"""Contents go when those that are kept whole take more than the limit: the oldest first.

Of a path only what it stands at now is never let go. Before anything else goes what a newer state
took the place of; then the last content of paths that were deleted long ago; last what the losses
and undos of the last days took away. What went is in `let_go`, so that nobody takes it for damage.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, takewhile
import os
from typing import NamedTuple

from git_anvcs.journal import bursts, tables
from git_anvcs.journal.bursts import APART_SECONDS
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind
from git_anvcs.store import contents, database

# A loss is taken back by whoever notices it so many seconds later.
LOSS_SECONDS = 7 * 86400.0

# Contents that one transaction takes: others that write wait for it.
_BATCH = 64
# In which order they go.
_SUPERSEDED, _DELETED, _LOST = range(3)


class Content(NamedTuple):
    """n: the newest operation that tells of it; bytes: on disk"""

    digest: bytes
    n: int
    bytes: int


class Plan(NamedTuple):
    """What goes, in this order. over: how many bytes stay above the limit"""

    contents: tuple[Content, ...] = ()
    over: int = 0


def plan(journal: Journal, limit: int, now: float) -> Plan:
    """What has to go, so that all contents take at most `limit` bytes; 0: no limit.

    What no operation tells of is on its way to be told of, or is swept: it does not count.
    now: seconds since the epoch. Raises Damaged, Unreadable.
    """
    there = dict(contents.all_of(journal.contents))
    if not limit or sum(there.values()) <= limit:
        return Plan()
    with database.reading(journal.file):
        rows = journal.connection.execute("SELECT digest, max(n) FROM content GROUP BY digest")
        ages = {digest: n for digest, n in rows if digest in there}
        standing = {row[0] for row in journal.connection.execute(tables.STANDING_CONTENTS)}
    ranks = _ranks(journal, now)
    excess = sum(there[digest] for digest in ages) - limit
    chosen = []
    for digest in sorted(ages, key=lambda one: (ranks.get(one, _SUPERSEDED), ages[one])):
        if excess <= 0:
            break
        if digest not in standing:
            chosen.append(Content(digest, ages[digest], there[digest]))
            excess -= there[digest]
    return Plan(tuple(chosen), max(0, excess))


def let_go(journal: Journal, chosen: Iterable[Content], now: float) -> list[Content]:
    """Delete them, but for those that an operation tells of anew; which went.

    Each is marked first, for good, and deleted in a second transaction: who is killed in between
    leaves a content that is there. Raises CannotWrite, Damaged.
    """
    gone: list[Content] = []
    line = list(chosen)
    for batch in (line[at : at + _BATCH] for at in range(0, len(line), _BATCH)):
        with journal.writing():
            journal.connection.executemany(
                "INSERT OR REPLACE INTO let_go VALUES (?, ?, ?)",
                [(one.digest, one.bytes, int(now)) for one in batch if _is_as_old(journal, one)],
            )
        with journal.writing():  # whoever puts one back meanwhile has taken the mark away
            for one in batch:
                if journal.let_go(one.digest) and _is_as_old(journal, one):
                    contents.remove(journal.contents, one.digest)
                    gone.append(one)
    return gone


def gone_so_far(journal: Journal) -> tuple[int, int]:
    """How many contents were let go, and the bytes that they had on disk."""
    if not journal.can_be_let_go():
        return 0, 0
    with database.reading(journal.file):
        rows = journal.connection.execute("SELECT digest, bytes FROM let_go").fetchall()
    left = [size for digest, size in rows if not contents.has(journal.contents, digest)]
    return len(left), sum(left)


def contents_of_paths(journal: Journal) -> Iterator[tuple[str, bytes]]:
    """Every path with the digest of each content that it held, each once."""
    if journal.can_be_let_go():  # an older file that can only be read does not tell it
        with database.reading(journal.file):
            rows = journal.connection.execute(
                "SELECT DISTINCT path.name, digest FROM content JOIN path ON path.id = content.path"
            )
            for name, digest in rows:
                yield os.fsdecode(name), digest


def _is_as_old(journal: Journal, one: Content) -> bool:
    """Whether no operation tells of it since the plan was made."""
    asked = "SELECT max(n) FROM content WHERE digest = ?"
    [n] = journal.connection.execute(asked, (one.digest,)).fetchone()
    return bool(n == one.n)


def _ranks(journal: Journal, now: float) -> dict[bytes, int]:
    """When contents go that are not just superseded."""
    with database.reading(journal.file):
        rows = journal.connection.execute(tables.LAST_CONTENTS).fetchall()
    followed = (Kind.EDIT, Kind.CLEAN)  # by a text, or by what Git has
    found = {digest: _DELETED for digest, kind in rows if kind not in followed}
    return found | dict.fromkeys(_lost(journal, now - LOSS_SECONDS), _LOST)


def _lost(journal: Journal, since: float) -> Iterable[bytes]:
    """What paths held before they, or others beside them, were lost, or an undo wrote them."""
    for lane in journal.lanes():
        lost, written = journal.around_losses(lane, APART_SECONDS), _by_undos(journal, lane)
        late = [
            takewhile(lambda entry: entry.op.seconds >= since, some) for some in (lost, written)
        ]
        for entry in chain(*late):
            row = journal.connection.execute(
                tables.CONTENT_BEFORE, (lane, os.fsencode(entry.op.path), entry.n)
            ).fetchone()
            if row:
                yield row[0]


def _by_undos(journal: Journal, lane: str) -> Iterator[Entry]:
    """What undos, restores and reverts did, the newest first: each can be taken back itself."""
    for mark in journal.newest(lane, kinds=(Kind.MARK,)):
        if undone := bursts.unpack(mark.n, journal.payload(mark.n)):
            yield from reversed(journal.between(lane, *undone.own))

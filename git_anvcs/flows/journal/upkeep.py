"""Story: keep the journal small: seal, freeze what is old, thin what is older, sweep the rest."""

from collections.abc import Iterable
from contextlib import suppress
import os
from typing import NamedTuple

from git_anvcs.flows.journal import untold
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import clock as logical
from git_anvcs.journal import freezing, limiting, sealing, sweeping, thinning
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.sealing import Sealed
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import database
from git_anvcs.store.paths import Paths
from git_anvcs.trust import keys

DAY = 86400.0
# Free pages of the database that are worth rewriting it, as a part of all and in bytes.
_MOST_FREE = 0.2
_FREE_BYTES = 1 << 20


class Rules(NamedTuple):
    """hot: days until it is packed; keep: days until it is thinned, 0: never

    limit: bytes on disk that contents kept whole may take, 0: any
    """

    hot: float = 30
    keep: float = 180
    limit: int = 2 << 30


class Freed(NamedTuple):
    """sealed: segments that were made; frozen: operations that left the database;
    thinned: that are only digests now

    files: contents and segments that nothing referred to; before, after: bytes on disk
    let_go: contents that went for the limit; over: bytes above it that stay
    """

    sealed: int
    frozen: int
    thinned: int
    files: int
    before: int
    after: int
    let_go: int = 0
    over: int = 0


def collect(
    here: Opened, rules: Rules, now: float, *, older: float = 0, dry_run: bool = False
) -> Freed:
    """Do all of it; with `dry_run` say what would be done. Raises CannotWrite, Damaged, Unreadable.

    now: seconds since the epoch; older: seal only what is so many seconds old
    """
    journal = here.journal
    before = on_disk(journal)
    old = logical.at(now - rules.hot * DAY)
    if dry_run:
        return _foreseen(journal, rules, now)
    sealed = seal(Paths(here.repo.common_dir), journal, now, older=older)
    count = 0
    old_files: list[str] = []
    for one in freezing.freeze(journal, old):
        count += one.operations
        old_files += one.old
    _forget(journal, old_files)  # before another of that name is made again
    thinned = 0
    if rules.keep:
        for less in thinning.thin(journal, *_ages(rules, now)):
            thinned += less.operations
            _let_go(journal, less.old)
        if thinned:
            thinning.forget_documents(journal)
            untold.forget(here, now)
    swept = sweeping.sweep(journal, now)
    gone = limited(journal, rules.limit, now)
    shrink(journal)
    after = on_disk(journal)
    return Freed(sealed, count, thinned, swept.files, before, after, gone.contents, gone.over)


class Limited(NamedTuple):
    """contents: how many went; over: bytes above the limit that stay"""

    contents: int
    over: int


def limited(journal: Journal, limit: int, now: float) -> Limited:
    """Keep contents below the limit, as far as that may be. Raises CannotWrite, Damaged."""
    plan = limiting.plan(journal, limit, now)
    return Limited(len(limiting.let_go(journal, plan.contents, now)), plan.over)


def _foreseen(journal: Journal, rules: Rules, now: float) -> Freed:
    """What would be done with what is sealed, and thinned of what is packed already."""
    before, old = on_disk(journal), logical.at(now - rules.hot * DAY)
    ready = [one for one in sealing.segments(journal) if _is_ready(one, old)]
    thinned = thinning.counted(journal, *_ages(rules, now)) if rules.keep else 0
    swept = sweeping.sweep(journal, now, dry_run=True)
    frozen = sum(one.operations for one in ready)
    plan = limiting.plan(journal, rules.limit, now)
    after = before - swept.bytes - sum(one.bytes for one in plan.contents)
    count = len(plan.contents)
    return Freed(0, frozen, thinned, swept.files, before, after, count, plan.over)


def _ages(rules: Rules, now: float) -> tuple[int, int]:
    """What is older is thinned, and what is older than that dropped; as times of operations."""
    return logical.at(now - rules.keep * DAY), logical.at(now - 2 * rules.keep * DAY)


def seal(paths: Paths, journal: Journal, now: float, older: float) -> int:
    """Seal what is so many seconds old, signed with the key of this clone; how many segments.

    What cannot be signed is sealed without, and `journal fsck` tells it.
    """

    def sign(message: bytes) -> tuple[bytes, bytes]:
        public, signature = keys.sign(paths, message)
        return public.raw, signature

    return sum(1 for _ in sealing.seal(journal, sign, now=now, older=older))


def on_disk(journal: Journal) -> int:
    """Bytes of the database, segments and contents."""
    folders = (journal.file.parent, journal.segments, journal.contents)
    files = [file for folder in folders for file in folder.glob("*")]
    files += journal.contents.glob("*/*")
    total = 0
    for file in files:
        with suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total


def shrink(journal: Journal) -> None:
    """Give back the pages that are free, where they are many; a busy database stays as it is."""
    with suppress(AnvcsError), database.reading(journal.file):
        db = journal.connection
        [free], [pages], [size] = (
            db.execute(f"PRAGMA {name}").fetchone()
            for name in ("freelist_count", "page_count", "page_size")
        )
        if free * size >= _FREE_BYTES or free > pages * _MOST_FREE:
            journal.cold.forget()
            db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _is_ready(one: Sealed, old: int) -> bool:
    return one.state == 0 and one.last_time < old


def _let_go(journal: Journal, name: str) -> None:
    """It is swept in an hour: who asks right now may be reading it."""
    with suppress(OSError):
        os.utime(journal.segments / name)


def _forget(journal: Journal, names: Iterable[str]) -> None:
    for name in names:
        with suppress(OSError):
            (journal.segments / name).unlink()

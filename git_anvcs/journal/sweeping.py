"""Contents and segments that nothing refers to any more go."""

from pathlib import Path
from typing import NamedTuple

from git_anvcs.journal.cold import DROPPED
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind
from git_anvcs.store import contents, database

# What was written so lately may be on its way to be told of; a reader may still be in it.
GRACE_SECONDS = 3600.0


class Swept(NamedTuple):
    """How many files, and their bytes on disk."""

    files: int = 0
    bytes: int = 0


def sweep(journal: Journal, now: float, *, dry_run: bool = False) -> Swept:
    """Delete them, or with `dry_run` count them. now: seconds since the epoch

    Contents that nobody put for an hour, and segments as old that the database does not name.
    Raises CannotWrite, Damaged.
    """
    before = now - GRACE_SECONDS
    lost = [
        (digest, size)
        for digest, size in _unnamed_contents(journal)
        if _is_old(journal.contents / digest.hex()[:2] / digest.hex()[2:], before)
    ]
    old = [file for file in _unnamed_segments(journal) if _is_old(file, before)]
    sizes = [size for _, size in lost] + [file.stat().st_size for file in old]
    if dry_run:
        return Swept(len(sizes), sum(sizes))
    freed = [contents.sweep(journal.contents, digest, before) for digest, _ in lost]
    for file in old:
        freed.append(file.stat().st_size)
        file.unlink(missing_ok=True)
    return Swept(sum(map(bool, freed)), sum(freed))


def _unnamed_contents(journal: Journal) -> list[tuple[bytes, int]]:
    """Digests and sizes; first what is on disk, then who names it: what comes between stays."""
    there = list(contents.all_of(journal.contents))
    named = named_contents(journal)
    return [(digest, size) for digest, size in there if digest not in named]


def named_contents(journal: Journal) -> set[bytes]:
    """The digests of all contents that the journal tells of, also of those it has let go."""
    with database.reading(journal.file):
        rows = journal.connection.execute(
            "SELECT digest FROM main.op WHERE kind = ? UNION SELECT digest FROM frozen_content",
            (Kind.BLOB,),
        ).fetchall()
    return {bytes(row[0]) for row in rows}


def _unnamed_segments(journal: Journal) -> list[Path]:
    there = [file for file in journal.segments.glob("*") if file.is_file()]
    with database.reading(journal.file):
        rows = journal.connection.execute(
            "SELECT name FROM segment WHERE state != ?", (DROPPED,)
        ).fetchall()
    named = {bytes(row[0]).hex() for row in rows}
    return [file for file in there if file.name not in named]


def _is_old(file: Path, before: float) -> bool:
    try:
        return file.stat().st_mtime < before
    except OSError:
        return False

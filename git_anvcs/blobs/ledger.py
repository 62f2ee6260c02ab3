"""What this clone knows of large files: their pointers here, where copies are, what is to be done.

It is a cache of facts, not the truth: Git has the pointers, the stores have the bytes. It is opened
only by who needs it; see `store.database` for what a crash leaves.
"""

from collections.abc import Iterable, Mapping
import os

from git_anvcs.blobs.contents import Identity
from git_anvcs.kernel.records import NamedTuple
from git_anvcs.store import database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.store.paths import BlobNames, Paths

_STEPS = (
    """
    CREATE TABLE pointers (
        oid TEXT NOT NULL, path BLOB NOT NULL, worktree TEXT NOT NULL, text BLOB NOT NULL,
        turn INTEGER NOT NULL, PRIMARY KEY (oid, path, worktree)) WITHOUT ROWID;
    CREATE TABLE copies (
        oid TEXT NOT NULL, storage TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
        etag TEXT NOT NULL, checksum TEXT NOT NULL, seconds INTEGER NOT NULL,
        verified INTEGER NOT NULL,
        PRIMARY KEY (oid, storage, key, version_id)) WITHOUT ROWID;
    CREATE TABLE jobs (
        kind TEXT NOT NULL, oid TEXT NOT NULL, storage TEXT NOT NULL, size INTEGER NOT NULL,
        state TEXT NOT NULL, tries INTEGER NOT NULL, next_try INTEGER NOT NULL,
        note TEXT NOT NULL, seconds INTEGER NOT NULL,
        PRIMARY KEY (kind, oid, storage)) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS recorded (
        oid TEXT NOT NULL, made_by TEXT NOT NULL, PRIMARY KEY (oid, made_by)) WITHOUT ROWID
    """,
    "CREATE INDEX pointers_by_turn ON pointers (turn)",  # the newest is asked for with every row
    """
    CREATE TABLE IF NOT EXISTS counted (
        oid TEXT NOT NULL PRIMARY KEY, inode TEXT NOT NULL, size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, seconds INTEGER NOT NULL)
        WITHOUT ROWID
    """,  # an inode may be larger than SQLite's integers
    # Where the alias led to when this was learnt: what stood before counts for no place.
    """
    ALTER TABLE copies RENAME TO copies_of_aliases;
    CREATE TABLE copies (
        oid TEXT NOT NULL, storage TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
        place TEXT NOT NULL, etag TEXT NOT NULL, checksum TEXT NOT NULL, seconds INTEGER NOT NULL,
        verified INTEGER NOT NULL,
        PRIMARY KEY (oid, storage, key, version_id, place)) WITHOUT ROWID;
    INSERT INTO copies SELECT oid, storage, key, version_id, '', etag, checksum, seconds, verified
        FROM copies_of_aliases;
    DROP TABLE copies_of_aliases
    """,
)


_POINTER = (
    "INTO pointers (oid, path, worktree, text, turn)"
    " SELECT ?1, ?2, ?3, ?4, (SELECT coalesce(max(turn), 0) + 1 FROM pointers)"
)
# What is the newest of its content already stays: a checkout that brings nothing new writes nothing
# and waits for no disk.
_UNLESS_KNOWN = (
    " WHERE NOT EXISTS (SELECT 1 FROM pointers"
    " WHERE oid = ?1 AND path = ?2 AND worktree = ?3 AND text = ?4"
    " AND turn = (SELECT max(turn) FROM pointers WHERE oid = ?1))"
)
_KEEP = "INSERT OR REPLACE " + _POINTER + _UNLESS_KNOWN
_KEEP_NEW = "INSERT OR IGNORE " + _POINTER
_COPIES = (
    "SELECT oid, storage, key, version_id, etag, checksum, seconds, verified, place FROM copies"
    " WHERE oid = ? ORDER BY verified DESC, seconds DESC"
)
_KEEP_COPY = (
    "INSERT OR REPLACE INTO copies"
    " (oid, storage, key, version_id, etag, checksum, seconds, verified, place)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Copy(NamedTuple):
    """One version in one store.

    verified: after it was sent the store was asked again, and told its size where it tells one
    """

    oid: str
    storage: str  # alias
    key: str
    version_id: str = ""
    etag: str = ""
    checksum: str = ""  # SHA-256 of the bytes that went from here; empty: they were there already
    seconds: int = 0  # since 1970, when this was learnt
    verified: bool = False
    place: str = ""  # what the alias stood for, see `StoresHere.place_of`


class Job(NamedTuple):
    """Something to be done with one content; there is one of a kind for a content and a store."""

    kind: str  # "upload" or "fetch"
    oid: str
    storage: str = ""  # alias; empty: whichever has it
    size: int = 0
    state: str = "waiting"  # or what the worker calls its steps
    tries: int = 0
    next_try: int = 0  # seconds since 1970
    note: str = ""  # why the last try failed, for people; or the worker's own state
    seconds: int = 0  # since 1970, when it was asked for


class Seen(NamedTuple):
    """The pointer that a file of a worktree came from, or was given."""

    oid: str
    path: str  # in the worktree, os.fsdecode'd
    text: bytes
    worktree: str = ""  # a name of the worktree, the same in every process; empty: the main one


class Ledger:
    """The open ledger of one clone; close it. Every method raises CannotWrite and Damaged."""

    def __init__(self, paths: "Paths | BlobNames") -> None:
        self.path = os.fspath(paths.ledger)
        self._base = database.open_at(self.path, _STEPS)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pointer_at(self, oid: str, path: str, worktree: str = "") -> bytes | None:
        """The text of the pointer that a file of this worktree came from, or was given."""
        with database.reading(self.path):
            row = self._base.execute(
                "SELECT text FROM pointers WHERE oid = ? AND path = ? AND worktree = ?",
                (oid, os.fsencode(path), worktree),
            ).fetchone()
        return None if row is None else bytes(row[0])

    def pointer_of(self, oid: str, path: str, worktree: str = "") -> bytes | None:
        """The text of the pointer for this content at this place.

        That of this worktree; else the newest of the path; else the newest of the content.
        """
        with database.reading(self.path):
            row = self._base.execute(
                "SELECT text FROM pointers WHERE oid = ?1"
                " ORDER BY path = ?2 AND worktree = ?3 DESC, path = ?2 DESC, turn DESC LIMIT 1",
                (oid, os.fsencode(path), worktree),
            ).fetchone()
        return None if row is None else bytes(row[0])

    def paths_of(self, oid: str) -> list[str]:
        """Where files with this content were seen, in any worktree."""
        with database.reading(self.path):
            rows = self._base.execute("SELECT path FROM pointers WHERE oid = ?", (oid,)).fetchall()
        return [os.fsdecode(bytes(path)) for (path,) in rows]

    def remember(self, seen: Iterable[Seen], *, only_new: bool = False) -> None:
        """Keep pointers, the last is the newest. only_new: what is known of a place stays"""
        rows = [(one.oid, os.fsencode(one.path), one.worktree, one.text) for one in seen]
        with database.writing(self._base, self.path):
            self._base.executemany(_KEEP_NEW if only_new else _KEEP, rows)

    def was_counted(self, oid: str, since: int, until: int) -> Identity | None:
        """What the cache's file was when its bytes were counted, between these seconds."""
        with database.reading(self.path):
            row = self._base.execute(
                "SELECT inode, size, mtime_ns, ctime_ns FROM counted"
                " WHERE oid = ? AND seconds BETWEEN ? AND ?",
                (oid, since, until),
            ).fetchone()
        return None if row is None else Identity(int(row[0]), *row[1:])

    def remember_counted(self, counted: Mapping[str, Identity], seconds: int) -> None:
        """These files, by oid, held at that second what they are called."""
        rows = [(oid, str(one.inode), *one[1:], seconds) for oid, one in counted.items()]
        with database.writing(self._base, self.path):
            self._base.executemany("INSERT OR REPLACE INTO counted VALUES (?, ?, ?, ?, ?, ?)", rows)

    def copies(self, oid: str) -> list[Copy]:
        """Where the content is kept, the newest first."""
        with database.reading(self.path):
            rows = self._base.execute(_COPIES, (oid,)).fetchall()
        return [Copy(*row)._replace(verified=bool(row[7])) for row in rows]

    def add_copies(self, copies: Iterable[Copy]) -> None:
        """Keep, or renew, what is known of copies."""
        with database.writing(self._base, self.path):
            self._base.executemany(_KEEP_COPY, list(copies))

    def forget_copy(self, copy: Copy) -> None:
        """The store has this version no more."""
        with database.writing(self._base, self.path):
            self._base.execute(
                "DELETE FROM copies WHERE oid = ? AND storage = ? AND key = ? AND version_id = ?"
                " AND place = ?",
                (*copy[:4], copy.place),
            )

    def ask(self, jobs: Iterable[Job]) -> None:
        """Queue what is not queued; a job that is there already stays as it is."""
        with database.writing(self._base, self.path):
            self._base.executemany(
                "INSERT OR IGNORE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", list(jobs)
            )

    def jobs(self, kind: str = "", *, due: int | None = None) -> list[Job]:
        """What is queued, the oldest first; due: only what may be tried at that second."""
        with database.reading(self.path):
            rows = self._base.execute(
                "SELECT * FROM jobs WHERE (?1 = '' OR kind = ?1)"
                " AND (?2 IS NULL OR next_try <= ?2) ORDER BY seconds, oid",
                (kind, due),
            ).fetchall()
        return [Job(*row) for row in rows]

    def job(self, kind: str, oid: str, storage: str = "") -> Job | None:
        """The one job of this kind for this content and store, if it is queued."""
        with database.reading(self.path):
            row = self._base.execute(
                "SELECT * FROM jobs WHERE kind = ? AND oid = ? AND storage = ?",
                (kind, oid, storage),
            ).fetchone()
        return None if row is None else Job(*row)

    def update(self, jobs: Iterable[Job]) -> None:
        """Write the new state of jobs."""
        with database.writing(self._base, self.path):
            self._base.executemany(
                "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", list(jobs)
            )

    def done(self, jobs: Iterable[Job]) -> None:
        """Take jobs out of the queue."""
        with database.writing(self._base, self.path):
            self._base.executemany(
                "DELETE FROM jobs WHERE kind = ? AND oid = ? AND storage = ?",
                [job[:3] for job in jobs],
            )

    def expect(self, rows: Iterable[tuple[str, str]]) -> None:
        """Keep (oid, commit): the record of that commit waits for the version of a content."""
        with database.writing(self._base, self.path):
            self._base.executemany("INSERT OR IGNORE INTO recorded VALUES (?, ?)", list(rows))

    def expected(self) -> list[tuple[str, str]]:
        """What `expect` kept, until `told`."""
        with database.reading(self.path):
            rows = self._base.execute("SELECT oid, made_by FROM recorded").fetchall()
        return [(str(oid), str(commit)) for oid, commit in rows]

    def told(self, rows: Iterable[tuple[str, str]]) -> None:
        """These records say the version now."""
        with database.writing(self._base, self.path):
            self._base.executemany("DELETE FROM recorded WHERE oid = ? AND made_by = ?", list(rows))

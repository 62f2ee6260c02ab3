"""A SQLite database of ours (sqlite.org): the only module that imports sqlite3.

Write-ahead log, so that readers never wait for a writer; one writer at a time, others wait. What
was committed survives the death of any process; after a power cut the last commits may be gone,
never half of one (`synchronous=NORMAL`, sqlite.org/pragma.html).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
import os
import sqlite3
import time

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import make_folder, share

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    Name = str | Path

Connection = sqlite3.Connection
Row = sqlite3.Row

_WAIT_SECONDS = 30.0
_OF_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Damaged(AnvcsError):
    """The file is no database of ours any more, or not a whole one."""


class Newer(AnvcsError):
    """A newer git-anvcs made this database."""


def open_at(path: "Name", steps: Sequence[str]) -> Connection:
    """The database, made if there is none, with every step of its schema done.

    steps: SQL scripts; the number of those done is kept in `user_version`
    Raises CannotWrite, Damaged, Newer.
    """
    with _told(path):
        if not os.path.exists(path):
            make_folder(os.path.dirname(path), mode=0o700)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            share(path)  # what SQLite puts beside it gets the same permissions
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            _prepare(connection, path, steps)
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: "Path") -> Connection:
    """The database where nothing can be written: a full or read-only disk, a foreign folder.

    What its write-ahead log holds counts, too. Raises CannotWrite, Damaged.
    """
    with _told(path):
        log = path.with_name(f"{path.name}-wal")
        if not log.exists() or not log.stat().st_size:
            return _read_only(f"{path.resolve().as_uri()}?immutable=1")
        with suppress(sqlite3.OperationalError):
            return _read_only(f"{path.resolve().as_uri()}?mode=ro")
        from pathlib import Path
        import shutil  # dear, and seldom needed
        import tempfile

        # SQLite reads a log only beside an index of it, which nobody can write here.
        with tempfile.TemporaryDirectory(prefix="anvcs-") as scratch:
            copy = shutil.copyfile(path, Path(scratch) / "read.db")
            shutil.copyfile(log, Path(scratch) / "read.db-wal")
            return _read_only(f"{copy.as_uri()}?mode=rw")


def open_alone(path: "Path") -> Connection:
    """Somebody else's database as its file stands, no log beside it: nothing is written, and what
    its schema would have run is not (sqlite.org/security.html). Raises CannotWrite, Damaged."""
    with _told(path):
        connection = _read_only(f"{path.resolve().as_uri()}?immutable=1")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
    return connection


def _read_only(uri: str) -> Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(connection: Connection, path: "Name") -> Iterator[Connection]:
    """One transaction: all of the block is written, or nothing. Raises CannotWrite, Damaged."""
    with _told(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def snapshot(connection: Connection, path: "Name") -> Iterator[None]:
    """All that the block asks is of one moment. Raises as `reading` does."""
    with _told(path):
        own = not connection.in_transaction
        if own:
            connection.execute("BEGIN")
        try:
            yield
        finally:
            if own and connection.in_transaction:
                connection.execute("COMMIT")


@contextmanager
def reading(path: "Name") -> Iterator[None]:
    """What goes wrong while the block reads is told as Damaged or CannotWrite."""
    with _told(path):
        yield


@contextmanager
def nobody_writes(path: "Path") -> Iterator[None]:
    """What others are about to write waits for the block, as far as damage lets them be heard."""
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        with suppress(sqlite3.Error):
            connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


def problems(connection: Connection) -> list[str]:
    """What SQLite's own check finds in the file; none when it is whole."""
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def problems_of(path: "Name") -> list[str]:
    """The same of a file that is not open here. Raises CannotWrite where it cannot be asked."""
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        with _told(path):
            connection.execute("PRAGMA query_only=ON")
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except Damaged as error:
        return [error.message]
    finally:
        connection.close()
    return [] if found == ["ok"] else found


def _prepare(connection: Connection, path: "Name", steps: Sequence[str]) -> None:
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=OFF")
    if _version(connection, path, steps) == len(steps):
        return
    with writing(connection, path):
        for step in steps[_version(connection, path, steps) :]:
            for statement in step.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={len(steps)}")


def _write_ahead(connection: Connection) -> None:
    """For this step alone SQLite does not wait for others that open the same new file."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _version(connection: Connection, path: "Name", steps: Sequence[str]) -> int:
    done = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if done > len(steps):
        raise Newer(
            f"{path} was made by a newer git-anvcs", hint="update this one; the file stays as it is"
        )
    return done


@contextmanager
def _told(path: "Name") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror}") from error
    except sqlite3.OperationalError as error:
        # A text that is no UTF-8 has no code: Python says so, not SQLite.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code & 0xFF in _OF_DAMAGE or "no such table" in str(error):
            raise damaged(path) from error
        raise CannotWrite(f"cannot write {path}: {error}") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # also a message that quotes it
        raise damaged(path) from error


def damaged(path: "Name") -> Damaged:
    """What is raised when the file holds what nobody wrote."""
    return Damaged(
        f"{path} is damaged", hint="move it away with its -wal and -shm: a new one is begun"
    )

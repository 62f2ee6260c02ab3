"""Operations of this clone become segments: full ones at once, others when they are old enough.

The file is on disk before the database tells of it, so that a crash leaves a file nobody needs,
never a segment that is missing.
"""

from collections.abc import Iterator
from contextlib import suppress
import itertools
from typing import NamedTuple

from git_anvcs.journal import segment, tables
from git_anvcs.journal.cold import SEALED
from git_anvcs.journal.entry import COLUMNS, JOINS, entry_of
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.numbers import runs
from git_anvcs.journal.op import NOTHING, encode
from git_anvcs.journal.segment import SEAL_BYTES, Segment, Sign
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic, database
from git_anvcs.store.paths import make_folder

SEAL_SECONDS = 15 * 60.0


class Sealed(NamedTuple):
    """A segment as the database knows it.

    actor: its number there; first: the sequence number of its first operation; name: hex
    size: of its file, in bytes; first_n, last_n: the numbers of its operations here
    first_time, last_time: as of an operation; state: SEALED, FROZEN or DROPPED
    """

    id: int
    actor: int
    first: int
    operations: int
    name: str
    size: int
    before: bytes
    last: bytes
    first_n: int
    last_n: int
    first_time: int
    last_time: int
    state: int


class Whole(NamedTuple):
    """An operation of a chain. data: encoded; n: its number here; time: as it has it"""

    n: int
    time: int
    data: bytes


_FIELDS = (
    "id, actor, first, count, name, bytes, before, last, first_n, last_n, first_time, last_time,"
    " state"
)


def segments(journal: Journal) -> list[Sealed]:
    """All of them, in the order of their operations."""
    with database.reading(journal.file):
        rows = journal.connection.execute(
            f"SELECT {_FIELDS} FROM segment ORDER BY actor, first"  # noqa: S608
        ).fetchall()
    return [Sealed(*(*row[:4], bytes(row[4]).hex(), *row[5:])) for row in rows]


def seal(journal: Journal, sign: Sign, *, now: float, older: float = SEAL_SECONDS) -> Iterator[str]:
    """Seal what fills segments, and the rest if its first operation is so many seconds old.

    sign: may raise AnvcsError: the segment is then left unsigned
    Yields the names of the segments that were made. Raises CannotWrite, Damaged.
    """
    while True:
        first, before = _end(journal)
        entries = list(_taken(journal, first, before))
        if not entries:
            return
        full = sum(len(entry.data) for entry in entries) >= SEAL_BYTES
        if not full and now - (entries[0].time >> 16) / 1000 < older:
            return
        made = segment.make(journal.actor, first, before, [entry.data for entry in entries])
        with suppress(AnvcsError):
            key, signature = sign(segment.message(made))
            made = made._replace(key=key, signature=signature)
        if name := _kept(journal, made, entries):
            yield name


def chain(journal: Journal, actor: bytes, after: int, before: bytes = NOTHING) -> Iterator[Whole]:
    """The operations of an actor that are not frozen, after a sequence number, in order.

    before: the digest of that one
    """
    with database.reading(journal.file):
        rows = journal.connection.execute(
            f"SELECT {COLUMNS}, payload, seq, hash {JOINS} WHERE seq > ?"  # noqa: S608
            " AND actor = (SELECT id FROM actor WHERE name = ?) ORDER BY seq",
            (after, actor),
        )
        for *columns, payload, seq, digest in rows:
            found = entry_of(tuple(columns))
            data = encode(found.op._replace(payload=payload), actor, seq, before)
            yield Whole(found.n, found.op.time, data)
            before = digest


def digest_of_gone(journal: Journal, seq: int) -> bytes | None:
    """The digest of an operation of this clone that its segment only names. Raises Unreadable."""
    row = journal.connection.execute(
        f"SELECT id, first FROM segment WHERE actor = {tables.ACTOR} AND first <= ?"  # noqa: S608
        " AND first + count > ?", (journal.actor, seq, seq)
    ).fetchone()  # fmt: skip
    found = journal.cold.read(row[0])[0] if row else None
    return found.digests[seq - row[1]] if found and found.entries else None


def _end(journal: Journal) -> tuple[int, bytes]:
    """The sequence number of the first operation that is not sealed, and the digest before."""
    row = journal.connection.execute(
        "SELECT first + count, last FROM segment WHERE actor ="
        " (SELECT id FROM actor WHERE name = ?) ORDER BY first DESC LIMIT 1",
        (journal.actor,),
    ).fetchone()
    return row or (1, NOTHING)


def _taken(journal: Journal, first: int, before: bytes) -> Iterator[Whole]:
    """What comes next, until it is enough for a segment."""
    size = 0
    for entry in chain(journal, journal.actor, first - 1, before):
        yield entry
        size += len(entry.data)
        if size >= SEAL_BYTES:
            return


def _kept(journal: Journal, made: Segment, entries: list[Whole]) -> str:
    """The name of a segment that is now on disk and in the database; empty: another was faster."""
    data = segment.pack(made)
    name = segment.name_of(data)
    place = journal.segments / name
    make_folder(journal.segments, mode=0o700)
    atomic.write(place, data, mode=0o600)
    numbers = [entry.n for entry in entries]
    with journal.writing():
        if _end(journal) != (made.first, made.before):
            return ""
        [actor] = journal.connection.execute(
            "SELECT id FROM actor WHERE name = ?", (journal.actor,)
        ).fetchone()
        values = (
            None, actor, made.first, len(entries), bytes.fromhex(name), len(data), made.before,
            made.last, numbers[0], numbers[-1], runs(numbers), entries[0].time, entries[-1].time,
            SEALED,
        )  # fmt: skip
        marks = ",".join(itertools.repeat("?", len(values)))
        journal.connection.execute(f"INSERT INTO segment VALUES ({marks})", values)  # noqa: S608
    return name

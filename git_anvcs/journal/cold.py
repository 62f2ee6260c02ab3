"""What of a journal is frozen – only in segments – and how a question gets it back: thawed.

A thawed operation is in a table of this connection alone, with the number it had; nothing is
written to the database, so that readers never wait and a journal that is read-only answers too.
`Freezing` is in `freezing`; which questions reach how far is said in `reading`.
"""

from collections.abc import Iterable
import hashlib
import os
from pathlib import Path
from typing import NamedTuple
import zlib

from git_anvcs.journal import disk, segment, tables
from git_anvcs.journal.numbers import numbers_of
from git_anvcs.journal.op import Damaged, Flag, Op, decode
from git_anvcs.journal.segment import Segment, Withheld
from git_anvcs.journal.text import Document, seed
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import database

# States of a segment. Of a dropped one there is no file; of a thinned one the texts are kept apart.
SEALED, FROZEN, DROPPED, THINNED = 0, 1, 2, 3

_NOT_THAWED = "segment NOT IN (SELECT id FROM temp.thawed_segment)"
_INSERT = f"INSERT OR IGNORE INTO temp.thawed VALUES ({','.join('?' * 18)})"  # noqa: S608


class Unreadable(AnvcsError):
    """A segment is gone or damaged."""


class Wanted(NamedTuple):
    """Which frozen operations a question is about; None: whichever

    told: only if some are of Git or marks; lost: only if some tell of a loss
    author: only if some are his; claimed: only if a claim says that some are
    """

    lane: str | None = None
    path: int | None = None
    told: bool = False
    lost: bool = False
    author: str | None = None
    claimed: str | None = None


class Piece(NamedTuple):
    """A frozen segment that is not thawed, and the number of its last operation that is wanted."""

    segment: int
    last: int


class Cold:
    """The frozen part of one open journal. folder: where the segments are"""

    def __init__(self, db: database.Connection, folder: Path) -> None:
        self._db = db
        self._folder = folder
        names = ("segment", "frozen_lane")  # an older journal that can only be read has none
        rows = db.execute("SELECT 1 FROM sqlite_master WHERE name IN (?, ?)", names).fetchall()
        self.can_be = len(rows) == len(names)
        if self.is_any():
            # It forbids temporary tables, too; a file that is open to be read is safe without.
            # Not later: a change of it ends every question that is being answered.
            db.execute("PRAGMA query_only=OFF")

    def is_any(self) -> bool:
        """Whether something is frozen at all."""
        asked = "SELECT 1 FROM segment WHERE state > 0 LIMIT 1"
        return self.can_be and self._db.execute(asked).fetchone() is not None

    def next_below(self, wanted: Wanted, upto: int | None) -> Piece | None:
        """Of what is wanted and not thawed, the piece with the newest operation. upto: before it"""
        if not self.is_any():
            return None
        self._prepare()
        where, values = _where(wanted)
        end = upto if upto is not None else 1 << 62
        row = self._db.execute(
            f"SELECT segment, min(last, ?) FROM {where} AND first < ? AND {_NOT_THAWED}"  # noqa: S608
            " ORDER BY last DESC LIMIT 1", (end - 1, *values, end)
        ).fetchone()  # fmt: skip
        return Piece(*row) if row else None

    def by_time(self, lane: str, time: int, after: int) -> int | None:
        """A segment of the lane with operations up to one time, and some after another."""
        if not self.is_any():
            return None
        self._prepare()
        row = self._db.execute(
            f"SELECT segment FROM frozen_lane WHERE lane = {tables.LANE} AND first_time <= ?"  # noqa: S608
            f" AND last_time > ? AND {_NOT_THAWED} ORDER BY last_time DESC LIMIT 1",
            (lane, time, after),
        ).fetchone()
        return row[0] if row else None

    def reach(self, wanted: Wanted, after: int, upto: int) -> None:
        """Thaw all that is wanted after one number and up to another. Raises Unreadable."""
        if not self.is_any():
            return
        self._prepare()
        where, values = _where(wanted)
        rows = self._db.execute(
            f"SELECT DISTINCT segment FROM {where} AND first <= ? AND last > ? AND {_NOT_THAWED}",  # noqa: S608
            (*values, upto, after),
        ).fetchall()
        self.thaw(row[0] for row in rows)

    def reach_text(self, doc: bytes, lane: str | None, after: int, upto: int) -> None:
        """The same of a document, in one lane or in all."""
        if self.is_any():
            self._prepare()
            of_lane = f"lane = {tables.LANE}" if lane is not None else "? IS NULL"
            rows = self._db.execute(
                f"SELECT DISTINCT segment FROM frozen_text WHERE doc = ? AND {of_lane}"  # noqa: S608
                f" AND first <= ? AND last > ? AND {_NOT_THAWED}", (doc, lane, upto, after)
            ).fetchall()  # fmt: skip
            self.thaw(row[0] for row in rows)

    def reach_all_at(self, lane: str, n: int) -> None:
        """The newest operation of every path up to a number."""
        if self.is_any():
            self._prepare()
            rows = self._db.execute(tables.FROZEN_AT, (lane, n, n, n)).fetchall()
            self.thaw(row[0] for row in rows)

    def reach_chain(self, actor: bytes, after: int, upto: int = 1 << 62) -> None:
        """An actor's operations after one number of its own and up to another."""
        if self.is_any():
            self._prepare()
            rows = self._db.execute(tables.COLD_OF_ACTOR, (actor, after, upto)).fetchall()
            self.thaw(row[0] for row in rows)

    def reach_number(self, n: int) -> bool:
        """That one operation, if it is frozen; whether something was thawed for it."""
        if not self.is_any():
            return False
        self._prepare()
        row = self._db.execute(
            "SELECT id FROM segment WHERE state > 0 AND last_n >= ? AND first_n <= ?"
            " AND id NOT IN (SELECT id FROM temp.thawed_segment)", (n, n)
        ).fetchone()  # fmt: skip
        if row:
            self.thaw([row[0]])
        return row is not None

    def thaw(self, ids: Iterable[int]) -> None:
        """Put the operations of segments back, for this connection. Raises Unreadable."""
        for number in self._with_needed(ids):
            self._thaw_one(number)

    def read(self, number: int) -> tuple[Segment, list[int]]:
        """A segment with the numbers of its operations here. Raises Unreadable."""
        name, first_n, numbers, count, last_n, state = self._db.execute(
            "SELECT name, first_n, numbers, count, last_n, state FROM segment WHERE id = ?",
            (number,),
        ).fetchone()
        if state == DROPPED:
            return Segment(b"", 0, b"", ()), []
        if state == FROZEN:
            self._prepare()
            self.thaw(self._needed(number))  # the texts whose digests it leaves out begin there
        place = self._folder / bytes(name).hex()
        try:
            data = place.read_bytes()
            if segment.name_of(data) != place.name:
                raise Damaged("it is not the one that was sealed")
            found = segment.unpack(data, _Replay(self._db, number).digest)
        except (OSError, Damaged) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise Unreadable(
                f"operations #{first_n} to #{last_n} of the journal cannot be read:"
                f" segment {place.name[:16]}: {why}",
                hint="`git anvcs journal fsck` says what else is damaged",
            ) from error
        return found, numbers_of(first_n, count, numbers)

    def forget(self) -> None:
        """Nothing is thawed any more: SQLite makes no VACUUM beside a view named like a table."""
        for kind, name in (("VIEW", "op"), ("TABLE", "thawed"), ("TABLE", "thawed_segment")):
            self._db.execute(f"DROP {kind} IF EXISTS temp.{name}")

    def _prepare(self) -> None:
        """Temporary tables; a transaction that fails takes them away again."""
        made = "SELECT 1 FROM temp.sqlite_master WHERE name = 'thawed_segment'"
        if self._db.execute(made).fetchone():
            return
        for statement in tables.THAWED:
            self._db.execute(statement)

    def _with_needed(self, ids: Iterable[int]) -> list[int]:
        """These, and those with the texts that theirs begin with; the oldest first."""
        found: dict[int, int] = {}
        line = list(ids)
        while line:
            number = line.pop()
            if number in found:
                continue
            [found[number]] = self._db.execute(
                "SELECT first_n FROM segment WHERE id = ?", (number,)
            ).fetchone()
            line += self._needed(number)
        return sorted(found, key=lambda number: found[number])

    def _needed(self, number: int) -> list[int]:
        needed: list[int] = []
        for doc, lane, first in _lean(self._db, number):
            begun, _ = checkpoint(self._db, doc, lane, first - 1, of=first)
            rows = self._db.execute(
                f"SELECT segment FROM frozen_text WHERE doc = ? AND lane = ? AND last > ?"  # noqa: S608
                f" AND first < ? AND {_NOT_THAWED}",
                (doc, lane, begun, first),
            ).fetchall()
            needed += [row[0] for row in rows]
        return needed

    def _thaw_one(self, number: int) -> None:
        found, numbers = self.read(number)
        asked = "SELECT actor, state FROM segment WHERE id = ?"
        actor, state = self._db.execute(asked, (number,)).fetchone()
        lanes = dict(self._db.execute("SELECT name, id FROM lane").fetchall())
        rows = []
        for n, entry in zip(numbers, found.entries, strict=True):
            if isinstance(entry, Withheld):
                continue
            link = decode(entry)
            op = link.op
            # What is left of the edits of a text makes no text.
            payload = b"" if state == THINNED and op.doc else op.payload
            rows.append((
                n, actor, link.seq, segment.digest(entry), op.kind, lanes[op.lane], op.time,
                self._path(op.path), op.doc or None, op.base, op.mode, op.size, op.digest,
                op.flags, op.precision, op.by, op.client, payload,
            ))  # fmt: skip
        self._db.executemany(_INSERT, rows)
        self._db.execute("INSERT OR IGNORE INTO temp.thawed_segment VALUES (?)", (number,))

    def _path(self, path: str) -> int | None:
        if not path:
            return None
        asked = "SELECT id FROM path WHERE name = ?"
        number: int = self._db.execute(asked, (os.fsencode(path),)).fetchone()[0]
        return number


class _Replay:
    """The texts of a segment's documents, operation after operation, where digests are left out."""

    def __init__(self, db: database.Connection, number: int) -> None:
        self._db = db
        self._first = {(doc, lane): first for doc, lane, first in _lean(db, number)}
        self._lanes = (
            dict(db.execute("SELECT name, id FROM lane").fetchall()) if self._first else {}
        )
        self._open: dict[tuple[bytes, int], Document] = {}

    def digest(self, op: Op, left_out: bool) -> bytes:
        """Of the file after the operation, where it is left out; called for each in order."""
        key = (op.doc, self._lanes.get(op.lane, 0))
        if key not in self._first:
            if left_out:
                raise Damaged("it leaves out the digest of a text that is not known")
            return op.digest
        if key not in self._open:
            self._open[key] = begun(self._db, *key, self._first[key])
        document = self._open[key]
        if op.payload:
            document.apply([op.payload])
        return digest_after(document, op) if left_out else op.digest


def digest_after(document: Document, op: Op) -> bytes:
    """Of the file that an edit left, when the document is as it was then."""
    data = disk.bytes_of(str(document), crlf=bool(op.flags & Flag.CRLF))
    return hashlib.sha256(data).digest()


def begun(db: database.Connection, doc: bytes, lane: int, first: int) -> Document:
    """A document as it was before the operation `first`, all before it being thawed."""
    at, state = checkpoint(db, doc, lane, first - 1, of=first)
    rows = db.execute(
        "SELECT payload, n FROM op WHERE doc = ? AND lane = ? AND n > ? AND n < ?"
        " AND length(payload) > 0 ORDER BY n", (doc, lane, at, first)
    ).fetchall()  # fmt: skip
    document = Document()
    document.apply([zlib.decompress(state), *(row[0] for row in rows)])
    return document


def checkpoint(
    db: database.Connection, doc: bytes, lane: int, upto: int, *, of: int
) -> tuple[int, bytes]:
    """The newest state of a document up to an operation, in the lane or as it began, and the
    operation after which updates are to be added to it.

    of: the operation that is asked about; what another actor said before is not beneath it
    (`Chains.begun`)
    """
    [begun] = db.execute("SELECT coalesce(max(n), 0) FROM own WHERE n < ?", (of,)).fetchone()
    asked = (
        "SELECT n, state FROM checkpoint WHERE doc = ? AND n <= ? AND n >= ? AND lane = {}"
        " ORDER BY n DESC LIMIT 1"
    )
    row = db.execute(asked.format("?"), (doc, upto, begun + 1, lane)).fetchone()
    if row is None:
        row = db.execute(asked.format("(SELECT id FROM lane WHERE name = '')"), (doc, upto, 0))
        row = row.fetchone()
    at, state = row or (0, zlib.compress(seed(doc, "")))
    return max(at, begun), state


def _lean(db: database.Connection, number: int) -> list[tuple[bytes, int, int]]:
    """The documents with digests left out: each with its lane and its first operation there."""
    return db.execute(
        "SELECT doc, lane, first FROM frozen_text WHERE segment = ? AND lean > 0", (number,)
    ).fetchall()


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    """The table to ask, with a condition, and its values."""
    if wanted.author is not None:
        return "frozen_by WHERE author = ?", [wanted.author]
    if wanted.claimed is not None:
        return (
            "(SELECT segment.id AS segment, claim.n AS first, claim.n AS last FROM claim"
            " JOIN segment ON claim.n BETWEEN first_n AND last_n AND state > 0"
            " WHERE claim.author = ?) WHERE 1"
        ), [wanted.claimed]
    values: list[object] = []
    words = ["1"]
    if wanted.lane is not None:
        words.append(f"lane = {tables.LANE}")
        values.append(wanted.lane)
    if wanted.path is not None:
        words.append("path = ?")
        values.append(wanted.path)
        return f"frozen_path WHERE {' AND '.join(words)}", values
    words += ["told > 0"] if wanted.told else []
    words += ["lost > 0"] if wanted.lost else []
    return f"frozen_lane WHERE {' AND '.join(words)}", values

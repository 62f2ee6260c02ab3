"""A database made anew of operations that came from elsewhere: a damaged one, a mirror.

How each path stands and where refs are follows from the operations. The chain that the new
database begins is its own; those it was made of stay what they are.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable
import os
from pathlib import Path

from git_anvcs.journal import gaps, moves, tables
from git_anvcs.journal.lost_texts import begins
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.salvage import Checkpoint, Gone, Known, Salvaged
from git_anvcs.store import database

# The lane of what all lanes share, and what is told of HEAD: the rest is shared.
_SHARED, _OWN = "", "HEAD"

_OPS = f"INSERT INTO op VALUES ({','.join('?' * 18)})"  # noqa: S608 - no value is in it


def build(file: Path, found: Salvaged) -> None:
    """Make `file`, which is not there yet, of numbered operations. Raises CannotWrite."""
    connection = database.open_at(file, tables.STEPS)
    try:
        with database.writing(connection, file):
            _Builder(connection).add(found)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def numbered(found: Salvaged) -> Salvaged:
    """With a number for every operation: their own, or where one has none, new ones by time.

    What is gone counts as made with what came before it.
    """
    every: list[Known | Gone] = [*found.ops, *found.gone]
    numbers = {one.n for one in every}
    if 0 not in numbers and len(numbers) == len(every):
        return found
    spans = [*((one.first, one.last) for one in found.marks), *found.dropped]
    ordered = _by_time(every, {n for span in spans for n in span} - numbers)
    new = {one if isinstance(one, int) else one.n: n for n, one in enumerate(ordered, 1)}
    checkpoints = (
        one._replace(n=new[one.n]) if one.n else one
        for one in found.checkpoints
        if not one.n or one.n in new
    )
    placed = [(n, one) for n, one in enumerate(ordered, 1) if not isinstance(one, int)]
    ops = tuple(one._replace(n=n) for n, one in placed if isinstance(one, Known))
    gone = tuple(one._replace(n=n) for n, one in placed if isinstance(one, Gone))
    claims = {new[n]: author for n, author in found.claims.items() if n in new}
    begins = {
        actor: max((number for old, number in new.items() if 0 < old <= n), default=0)
        for actor, n in found.begins.items()
    }
    marks = tuple(one._replace(first=new[one.first], last=new[one.last]) for one in found.marks)
    dropped = tuple((new[first], new[last]) for first, last in found.dropped)
    return found._replace(
        ops=ops, checkpoints=tuple(checkpoints), claims=claims, begins=begins, gone=gone,
        marks=marks, dropped=dropped,
    )  # fmt: skip


def _by_time(every: Collection[Known | Gone], ends: Iterable[int]) -> list[Known | Gone | int]:
    """In the order in which they were made, as far as times and chains tell.

    ends: old numbers of none of them; each keeps its place behind the one with the number before
    """
    times: dict[bytes, int] = {}
    chains = sorted(every, key=lambda one: (one.actor, one.seq))
    for one in chains:
        if isinstance(one, Known):
            times.setdefault(one.actor, one.op.time)  # of what is gone before it
    placed: list[tuple[tuple[int, bytes, int, int], Known | Gone | int]] = []
    for one in chains:
        if isinstance(one, Known):
            times[one.actor] = one.op.time
        placed.append(((times.get(one.actor, 0), one.actor, one.seq, 0), one))
    old = sorted((one.n, key) for key, one in placed if not isinstance(one, int) and one.n)
    for n in ends:
        at = bisect_left(old, (n,))
        placed.append(((*(old[at - 1][1][:3] if at else (0, b"", 0)), n), n))
    return [one for _, one in sorted(placed, key=lambda row: row[0])]


class _Builder:
    def __init__(self, connection: database.Connection) -> None:
        self._db = connection
        self._numbers: dict[tuple[str, object], int] = {}
        self._now: dict[tuple[int, int], int] = {}
        self._refs: dict[tuple[int, bytes], str] = {}

    def add(self, found: Salvaged) -> None:
        for known in found.ops:
            self._db.execute(_OPS, self._row(known))
            self._follow(known.n, known.op)
        rows = [(*key, n) for key, n in self._now.items()]
        self._db.executemany("INSERT INTO now VALUES (?, ?, ?)", rows)
        self._db.executemany("INSERT INTO checkpoint VALUES (?, ?, ?, ?)",
                             list(self._states(found.checkpoints)))  # fmt: skip
        refs = [(*key, _bound(target)) for key, target in self._refs.items() if target]
        self._db.executemany("INSERT INTO ref VALUES (?, ?, ?)", refs)
        self._db.executemany("INSERT INTO claim VALUES (?, ?)", list(found.claims.items()))
        self._db.executemany("INSERT INTO let_go VALUES (?, ?, ?)",
                             [(digest, *row) for digest, row in found.let_go.items()])  # fmt: skip
        for actor, n in begins(found).items():
            self._db.execute("INSERT INTO own VALUES (?, ?)", (self._number("actor", actor), n))
        for actor, row in found.heard.items():
            values = (self._number("actor", actor), *row)
            self._db.execute("INSERT INTO heard VALUES (?, ?, ?, ?)", values)
        for of, path, *span in gaps.marks(found):
            key = self._number("lane", of), self._number("path", os.fsencode(path))
            self._db.execute("INSERT INTO thinned VALUES (?, ?, ?, ?)", (*key, *span))
        for gone in gaps.missing(found):
            values = (self._number("actor", gone.actor), gone.seq, gone.digest, gone.n)
            self._db.execute("INSERT OR IGNORE INTO gone VALUES (?, ?, ?, ?)", values)
        for lane, root in found.roots.items():
            values = (root, self._number("lane", lane))
            self._db.execute("UPDATE lane SET root = ? WHERE id = ?", values)

    def _row(self, known: Known) -> tuple[object, ...]:
        op = known.op
        return (
            known.n, self._number("actor", known.actor), known.seq, known.digest, op.kind,
            self._number("lane", op.lane), op.time,
            self._number("path", os.fsencode(op.path)) if op.path else None, op.doc or None,
            op.base, op.mode, op.size, op.digest, op.flags, op.precision, op.by, op.client,
            op.payload,
        )  # fmt: skip

    def _follow(self, n: int, op: Op) -> None:
        """How the path stands, and where refs are, after it."""
        if op.path:
            key = (self._number("lane", op.lane), self._number("path", os.fsencode(op.path)))
            if op.kind is Kind.BLOB and op.digest:
                values = (op.digest, n, *key)
                self._db.execute("INSERT OR IGNORE INTO content VALUES (?, ?, ?, ?)", values)
            if op.differs:
                self._now[key] = n
            else:
                self._now.pop(key, None)
        elif op.kind is Kind.GIT:
            for name, (_, after) in moves.unpack(op.payload).refs.items():
                lane = op.lane if name.partition(":")[0] == _OWN else _SHARED
                self._refs[self._number("lane", lane), os.fsencode(name)] = after

    def _states(self, checkpoints: Iterable[Checkpoint]) -> Iterable[tuple[object, ...]]:
        states = {(one.doc, one.lane, one.n): one.state for one in checkpoints}
        for (doc, lane, n), state in states.items():
            yield doc, self._number("lane", lane), n, state

    def _number(self, table: str, name: object) -> int:
        found = self._numbers.get((table, name))
        if found is None:
            rest = ", x''" if table == "lane" else ""
            sql = f"INSERT INTO {table} VALUES (NULL, ?{rest})"  # noqa: S608 - our own words
            found = self._numbers[table, name] = self._db.execute(sql, (name,)).lastrowid or 0
        return found


def _bound(text: str) -> str | bytes:
    return text if text.isascii() else os.fsencode(text)

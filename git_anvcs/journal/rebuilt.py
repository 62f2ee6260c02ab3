"""A database made anew of operations that came from elsewhere: a damaged one, a mirror.

How each path stands and where refs are follows from the operations. The chain that the new
database begins is its own; those it was made of stay what they are.
"""

from collections.abc import Iterable
import os
from pathlib import Path

from git_anvcs.journal import moves, tables
from git_anvcs.journal.lost_texts import begins
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.salvage import Checkpoint, Known, Salvaged
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
    """With a number for every operation: their own, or where one has none, new ones by time."""
    numbers = {known.n for known in found.ops}
    if 0 not in numbers and len(numbers) == len(found.ops):
        return found
    ordered = sorted(found.ops, key=lambda known: (known.op.time, known.actor, known.seq))
    new = {known.n: n for n, known in enumerate(ordered, 1) if known.n}
    checkpoints = (
        one._replace(n=new[one.n]) if one.n else one
        for one in found.checkpoints
        if not one.n or one.n in new
    )
    ops = tuple(known._replace(n=n) for n, known in enumerate(ordered, 1))
    claims = {new[n]: author for n, author in found.claims.items() if n in new}
    begins = {
        actor: max((number for old, number in new.items() if old <= n), default=0)
        for actor, n in found.begins.items()
    }
    return found._replace(ops=ops, checkpoints=tuple(checkpoints), claims=claims, begins=begins)


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

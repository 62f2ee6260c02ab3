"""What is asked of a journal: which operations there are, and what is known besides.

No question may cost more the longer the journal is: `tables` has those that need care.
"""

from collections.abc import Collection, Iterator, Sequence
from heapq import merge
import os
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.journal import tables
from git_anvcs.journal.op import Flag, Kind, Op, Precision
from git_anvcs.store import database

_COLUMNS = (
    "op.n, op.kind, lane.name, op.time, path.name, op.doc, op.base, op.mode, op.size, op.digest,"
    " op.flags, op.precision, op.author, op.client, claim.author"
)
# The newest of so many paths are asked for path by path; of more, all are read and chosen from.
_FEW = 100
_JOINS = (
    "FROM op JOIN lane ON lane.id = op.lane LEFT JOIN path ON path.id = op.path"
    " LEFT JOIN claim ON claim.n = op.n"
)


class Entry(NamedTuple):
    """An operation with its number in this clone; numbers only grow.

    claimed: whose a later CLAIM says it is; None when none says anything
    """

    n: int
    op: Op
    claimed: str | None = None

    @property
    def by(self) -> str:
        """Whose it is, as far as is known: `op.by` is only what was known when it was made."""
        return self.op.by if self.claimed is None else self.claimed


class Reading:
    """The questions to an open journal. file: for what is told when it cannot be read"""

    file: Path
    _db: database.Connection

    def differing(self, lane: str, paths: Collection[str] | None = None) -> dict[str, Entry]:
        """The last operation of every path of the lane that is not as HEAD has it.

        paths: only these, some hundreds at most; None: all
        """
        numbers = f"SELECT n FROM now WHERE lane = {tables.LANE}"  # noqa: S608
        named = [os.fsencode(path) for path in paths or ()]
        if paths is not None:
            marks = ",".join("?" * len(named))
            numbers += f" AND path IN (SELECT id FROM path WHERE name IN ({marks}))"  # noqa: S608
        found = self._select(f"WHERE op.n IN ({numbers})", (lane, *named))
        return {entry.op.path: entry for entry in found}

    def below(self, lane: str, paths: Collection[str]) -> dict[str, Entry]:
        """The same of these paths and all that is below them."""
        numbers: list[int] = []
        for name in map(os.fsencode, paths):
            with database.reading(self.file):
                # 0 follows /
                rows = self._db.execute(tables.NOW_BELOW, (lane, name, name + b"/", name + b"0"))
                numbers += [row[0] for row in rows]
        found = (self._select("WHERE op.n = ?", (n,)) for n in numbers)
        return {entry.op.path: entry for some in found for entry in some}

    def differing_at(self, lane: str, n: int) -> dict[str, Entry]:
        """The same as it was after operation `n`."""
        found = self._select(f"WHERE op.n IN ({tables.NEWEST_OF_ALL})", (lane, n))
        return {e.op.path: e for e in found if e.op.differs}

    def last_of(self, lane: str, path: str, n: int | None = None) -> Entry | None:
        """The path's last operation, up to `n` when it is given."""
        upto = "AND op.n <= ?" if n is not None else ""
        where = f"WHERE op.lane = {tables.LANE} AND op.path = {tables.PATH} {upto}"
        values = (lane, os.fsencode(path), *(() if n is None else (n,)))
        found = self._select(f"{where} ORDER BY op.n DESC LIMIT 1", values)
        return next(found, None)

    def newest(
        self, lane: str | None = None, *, kinds: Sequence[Kind] = (), before: int | None = None
    ) -> Iterator[Entry]:
        """Operations from the newest on, of one lane or of all, of these kinds or of all.

        before: only those older than this one
        """
        wanted: list[tuple[str, Sequence[object]]] = []
        if lane is not None:
            wanted.append((f"op.lane = {tables.LANE}", (lane,)))
        if kinds:
            wanted.append((f"op.kind IN ({','.join('?' * len(kinds))})", kinds))
        if kinds and min(kinds) > Kind.CLEAN:
            wanted.append(("op.kind > 4", ()))  # the words of an index
        if before is not None:
            # With +, no index of the numbers is taken instead of that of the kinds.
            wanted.append((f"{'+' if kinds else ''}op.n < ?", (before,)))
        where = f"WHERE {' AND '.join(sql for sql, _ in wanted)}" if wanted else ""
        values = [value for _, some in wanted for value in some]
        yield from self._select(f"{where} ORDER BY op.n DESC", values)

    def newest_below(
        self, path: str, lane: str | None = None, *, before: int | None = None
    ) -> Iterator[Entry]:
        """Operations of a file, or of all that is below a folder, from the newest on."""
        end = before or self.last() + 1
        lanes = [lane] if lane is not None else list(self.lanes())
        paths = self._below(path)
        if len(paths) * len(lanes) > _FEW:
            yield from (e for e in self.newest(lane, before=end) if e.op.path in paths)
            return
        where = f"WHERE op.lane = {tables.LANE} AND op.path = ? AND op.n < ? ORDER BY op.n DESC"
        found = [
            self._select(where, (one, number, end)) for one in lanes for number in paths.values()
        ]
        yield from merge(*found, key=lambda entry: -entry.n)

    def _below(self, path: str) -> dict[str, int]:
        """The numbers of the paths that are it or below it."""
        name = os.fsencode(path)
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT name, id FROM path WHERE name = ? OR (name > ? AND name < ?)",
                (name, name + b"/", name + b"0"),  # 0 follows /
            ).fetchall()
        return {os.fsdecode(name): number for name, number in rows}

    def around_losses(self, lane: str, seconds: float) -> Iterator[Entry]:
        """The lane's operations, the newest first, without those that were made when nothing was

        lost: neither in one look with a loss nor so many seconds before one.
        """
        last, apart = self.last(), round(seconds * 1000)
        while lost := self._row(tables.LAST_LOST, (lane, last)):
            last, moment = lost[0] - 1, lost[1] >> 16
            upto = max(lost[0], self.last_before(lane, lost[1] | 0xFFFF))
            for entry in self.newest(lane, before=upto + 1):
                if moment - (entry.op.time >> 16) > apart:
                    break
                last = entry.n - 1
                moment = entry.op.time >> 16 if entry.op.flags & Flag.LOST else moment
                yield entry

    def newest_by(
        self, author: str, lane: str | None = None, *, before: int | None = None
    ) -> Iterator[Entry]:
        """The operations of one author from the newest on, of one lane or of all."""
        rest = f" AND op.lane = {tables.LANE}" if lane is not None else ""
        values = (author, before or self.last() + 1, *(() if lane is None else (lane,)))
        own = self._select(
            "WHERE op.author = ? AND op.author != '' AND op.n < ? AND claim.n IS NULL"
            f"{rest} ORDER BY op.n DESC", values,
        )  # fmt: skip
        told = self._select(
            f"WHERE claim.author = ? AND claim.n < ?{rest} ORDER BY claim.n DESC", values
        )
        yield from merge(own, told, key=lambda entry: -entry.n)

    def authors(self) -> list[str]:
        """Everybody whose operations are here, sorted."""
        with database.reading(self.file):
            return [row[0] for row in self._db.execute(tables.AUTHORS)]

    def between(self, lane: str, after: int, upto: int) -> list[Entry]:
        """The operations of a lane after one number and up to another, in order."""
        where = f"WHERE op.lane = {tables.LANE} AND op.n > ? AND op.n <= ? ORDER BY op.n"
        return list(self._select(where, (lane, after, upto)))

    def of_path(self, lane: str, path: str, after: int = 0) -> list[Entry]:
        """The operations of one path, after a number, in order."""
        where = f"WHERE op.lane = {tables.LANE} AND op.path = {tables.PATH} AND op.n > ?"
        return list(self._select(f"{where} ORDER BY op.n", (lane, os.fsencode(path), after)))

    def beside(self, lane: str, n: int) -> list[Entry]:
        """What one look at the lane found, of which `n` is one; empty when it is of another."""
        found = self.between(lane, n - 1, n)
        if not found:
            return []
        moment = found[0].op.time >> 16
        for entry in self.newest(lane, before=n):
            if entry.op.time >> 16 != moment:
                break
            found.insert(0, entry)
        last = self.last_before(lane, moment << 16 | 0xFFFF)
        return found + self.between(lane, n, last)

    def last_before(self, lane: str, time: int) -> int:
        """The number of the lane's last operation at or before a time; 0 when there is none."""
        row = self._row(tables.LAST_BEFORE, (lane, time))
        return row[0] if row else 0

    def last(self) -> int:
        """The number of the newest operation; 0 when there is none."""
        row = self._row("SELECT max(n) FROM op", ())
        return row[0] or 0 if row else 0

    def since(self) -> float:
        """When its first operation was made, in seconds since the epoch; 0 when there is none."""
        row = self._row("SELECT time FROM op ORDER BY n LIMIT 1", ())
        return (row[0] >> 16) / 1000 if row else 0.0

    def begun(self, n: int | None = None) -> int:
        """The operation after which the actor began who wrote here last, up to `n` if it is given.

        What it says does not build on operations before: other clones need not have those.
        """
        if not self._row("SELECT 1 FROM sqlite_master WHERE name = 'own'", ()):
            return 0  # an older file that can only be read
        upto, values = ("", ()) if n is None else (" WHERE n < ?", (n,))
        row = self._row(f"SELECT max(n) FROM own{upto}", values)  # noqa: S608
        return row[0] or 0 if row else 0

    def payload(self, n: int) -> bytes:
        row = self._row("SELECT payload FROM op WHERE n = ?", (n,))
        return row[0] if row else b""

    def updates(self, doc: bytes, lane: str, after: int, upto: int) -> Iterator[bytes]:
        """The updates of a document in a lane, in order."""
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT payload FROM op JOIN lane ON lane.id = op.lane WHERE doc = ? AND"
                " lane.name = ? AND n > ? AND n <= ? AND length(payload) > 0 ORDER BY n",
                (doc, lane, after, upto),
            )
            for row in rows:
                yield row[0]

    def updates_of(self, doc: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The updates of a document in all lanes, each with its actor, those of each in order."""
        with database.reading(self.file):
            yield from self._db.execute(
                "SELECT actor.name, payload FROM op JOIN actor ON actor.id = op.actor"
                " WHERE doc = ? AND length(payload) > 0 ORDER BY n", (doc,)
            )  # fmt: skip

    def checkpoint(self, doc: bytes, lane: str, upto: int) -> tuple[int, bytes] | None:
        """The newest checkpoint of a document up to an operation: its number and state."""
        row = self._row(
            "SELECT checkpoint.n, state FROM checkpoint JOIN lane ON lane.id = checkpoint.lane"
            " WHERE doc = ? AND lane.name = ? AND checkpoint.n <= ? ORDER BY checkpoint.n DESC",
            (doc, lane, upto),
        )
        return (row[0], row[1]) if row else None

    def lanes(self) -> dict[str, Path]:
        """Every lane with the top of its worktree as it was last seen."""
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT name, root FROM lane WHERE name != '' ORDER BY id"
            ).fetchall()
        return {name: Path(os.fsdecode(root)) for name, root in rows}

    def refs(self, lane: str) -> dict[str, str]:
        """What HEAD, and the refs that the lane tells of, were last seen at."""
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT ref.name, target FROM ref JOIN lane ON lane.id = ref.lane"
                " WHERE lane.name = ?", (lane,)
            ).fetchall()  # fmt: skip
        return {os.fsdecode(name): os.fsdecode(target) for name, target in rows}

    def _select(self, rest: str, values: Sequence[object]) -> Iterator[Entry]:
        with database.reading(self.file):
            for row in self._db.execute(f"SELECT {_COLUMNS} {_JOINS} {rest}", values):
                yield _entry(row)

    def _row(self, sql: str, values: Sequence[object]) -> tuple[Any, ...] | None:
        with database.reading(self.file):
            found: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return found


def _entry(row: tuple[Any, ...]) -> Entry:
    """A row of _COLUMNS; the payload, which may be large, is asked for by itself."""
    (
        n,
        kind,
        lane,
        time,
        path,
        doc,
        base,
        mode,
        size,
        digest,
        flags,
        precision,
        by,
        client,
        claim,
    ) = row
    op = Op(
        Kind(kind), lane, time, os.fsdecode(path or b""), doc or b"", base, mode, size, digest,
        Flag(flags), Precision(precision), by, client,
    )  # fmt: skip
    return Entry(n, op, claim)

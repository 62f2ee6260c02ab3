"""What is asked of a journal: which operations there are, and what is known besides.

No question may cost more the longer the journal is: `tables` has those that need care. What a
question reaches of the frozen part is thawed first (`cold`), within one snapshot with its answer.
"""

from collections.abc import Collection, Iterator, Sequence
from heapq import merge
import os
from pathlib import Path

from git_anvcs.journal import tables, thinned
from git_anvcs.journal.chains import Chains
from git_anvcs.journal.cold import Wanted
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.store import database

# The newest of so many paths are asked for path by path; of more, all are read and chosen from.
_FEW = 100
# Operations read at once, where all are.
_PAGE = 1000


class Reading(Chains):
    """The questions to an open journal."""

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

    def names_differing(self, lane: str) -> set[str]:
        """The paths alone: of a hundred thousand of them, the operations take much memory."""
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT path.name FROM now JOIN path ON path.id = now.path"  # noqa: S608
                f" WHERE now.lane = {tables.LANE}", (lane,)
            )  # fmt: skip
            return {os.fsdecode(row[0]) for row in rows}

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
        with self._moment():
            self._cold.reach_all_at(lane, n)
            found = list(self._select(f"WHERE op.n IN ({tables.NEWEST_OF_ALL})", (lane, n)))
            if self._cold.can_be:
                known = {e.op.path: e.n for e in found}
                found += thinned.unknown_at(self._db, lane, n, known)
        newest = {e.op.path: e for e in sorted(found, key=lambda e: e.n)}
        return {path: e for path, e in newest.items() if e.op.differs}

    def last_of(self, lane: str, path: str, n: int | None = None) -> Entry | None:
        """The path's last operation, up to `n` when it is given."""
        upto = n if n is not None else self.last()
        where = f"WHERE op.lane = {tables.LANE} AND op.path = ? AND op.n <= ?"
        with self._moment():
            row = self._row("SELECT id FROM path WHERE name = ?", (os.fsencode(path),))
            if row is None:
                return None
            asked = (f"{where} ORDER BY op.n DESC LIMIT 1", (lane, row[0], upto))
            found = next(self._select(*asked), None)
            wanted = Wanted(lane, row[0])
            while piece := self._cold.next_below(wanted, upto + 1):
                if found and piece.last <= found.n:
                    break
                self._cold.thaw([piece.segment])
                found = next(self._select(*asked), None)
            if self._cold.can_be:
                found = thinned.instead(self._db, lane, path, upto, found)
        return found

    def newest(
        self, lane: str | None = None, *, kinds: Sequence[Kind] = (), before: int | None = None
    ) -> Iterator[Entry]:
        """Operations from the newest on, of one lane or of all, of these kinds or of all.

        before: only those older than this one
        """
        told = bool(kinds) and min(kinds) > Kind.CLEAN
        conditions: list[tuple[str, Sequence[object]]] = []
        if lane is not None:
            conditions.append((f"op.lane = {tables.LANE}", (lane,)))
        if kinds:
            conditions.append((f"op.kind IN ({','.join('?' * len(kinds))})", kinds))
        if told:
            conditions.append(("op.kind > 4", ()))  # the words of an index
        # With +, no index of the numbers is taken instead of that of the kinds.
        yield from self._downward(conditions, before, Wanted(lane, told=told), "+" * bool(kinds))

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
        found = [
            self._downward(
                [(f"op.lane = {tables.LANE} AND op.path = ?", (one, number))],
                end,
                Wanted(one, number),
            )
            for one in lanes
            for number in paths.values()
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
        while lost := self._last_lost(lane, last):
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
        rest: list[tuple[str, Sequence[object]]] = []
        rest += [(f"op.lane = {tables.LANE}", (lane,))] if lane is not None else []
        end = before or self.last() + 1
        own = [("op.author = ? AND op.author != '' AND claim.n IS NULL", (author,)), *rest]
        told = [("claim.author = ?", (author,)), *rest]
        yield from merge(
            self._downward(own, end, Wanted(author=author)),
            self._downward(told, end, Wanted(claimed=author), table="claim"),
            key=lambda entry: -entry.n,
        )

    def authors(self) -> list[str]:
        """Everybody whose operations are here, sorted."""
        with database.reading(self.file):
            return [row[0] for row in self._db.execute(tables.AUTHORS)]

    def _last_lost(self, lane: str, n: int) -> tuple[int, int] | None:
        """The lane's last operation up to `n` that tells of a loss, and its time."""
        with self._moment():
            found = self._row(tables.LAST_LOST, (lane, n))
            while piece := self._cold.next_below(Wanted(lane, lost=True), n + 1):
                if found and piece.last <= found[0]:
                    break
                self._cold.thaw([piece.segment])
                found = self._row(tables.LAST_LOST, (lane, n))
        return (found[0], found[1]) if found else None

    def between(self, lane: str, after: int, upto: int) -> list[Entry]:
        """The operations of a lane after one number and up to another, in order."""
        where = f"WHERE op.lane = {tables.LANE} AND op.n > ? AND op.n <= ? ORDER BY op.n"
        with self._moment():
            self._cold.reach(Wanted(lane), after, upto)
            return list(self._select(where, (lane, after, upto)))

    def upward(self, after: int = 0) -> Iterator[Entry]:
        """All operations after a number, in order."""
        where = "WHERE op.n > ? AND op.n <= ? ORDER BY op.n"
        while after < (end := self.last()):
            with self._moment():
                self._cold.reach(Wanted(), after, after + _PAGE)
                found = list(self._select(where, (after, after + _PAGE)))
            yield from found
            after = min(after + _PAGE, end)

    def of_path(self, lane: str, path: str, after: int = 0) -> list[Entry]:
        """The operations of one path, after a number, in order."""
        where = f"WHERE op.lane = {tables.LANE} AND op.path = ? AND op.n > ?"
        with self._moment():
            row = self._row("SELECT id FROM path WHERE name = ?", (os.fsencode(path),))
            if row is None:
                return []
            self._cold.reach(Wanted(lane, row[0]), after, self.last())
            return list(self._select(f"{where} ORDER BY op.n", (lane, row[0], after)))

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
        with self._moment():
            row = self._row(tables.LAST_BEFORE, (lane, time))
            while (piece := self._cold.by_time(lane, time, row[1] if row else -1)) is not None:
                self._cold.thaw([piece])
                row = self._row(tables.LAST_BEFORE, (lane, time))
            n = row[0] if row else 0
            return thinned.last_before(self._db, lane, time, n) if self._cold.can_be else n

    def last(self) -> int:
        """The number of the newest operation; 0 when there is none."""
        row = self._row("SELECT max(n) FROM main.op", ())
        return row[0] or 0 if row else 0

    def since(self) -> float:
        """When its first operation was made, in seconds since the epoch; 0 when there is none."""
        row = self._row("SELECT time FROM main.op ORDER BY n LIMIT 1", ())
        times = [row[0]] if row else []
        if self._cold.is_any():
            cold = self._row(tables.COLD_SINCE, ())
            times += [cold[0]] if cold and cold[0] is not None else []
        return (min(times) >> 16) / 1000 if times else 0.0

    def begun_at(self, lane: str) -> float:
        """When the lane's first operation of those at hand was made, as `since`."""
        asked = f"SELECT time FROM op WHERE lane = {tables.LANE} ORDER BY n LIMIT 1"  # noqa: S608
        row = self._row(asked, (lane,))
        cold = self.since() if row is None and self._cold.is_any() else 0.0
        return (row[0] >> 16) / 1000 if row else cold

    def payload(self, n: int) -> bytes:
        with self._moment():
            row = self._row("SELECT payload FROM op WHERE n = ?", (n,))
            if row is None and self._cold.reach_number(n):
                row = self._row("SELECT payload FROM op WHERE n = ?", (n,))
        return row[0] if row else b""

    def link_of(self, n: int) -> tuple[bytes, int, bytes]:
        """The actor of an operation, its number in that chain, and its digest."""
        with self._moment():
            self._cold.reach_number(n)
            row = self._row(tables.PLACE, (n,))
        return (bytes(row[0]), row[1], row[2]) if row else (b"", 0, b"")

    def updates(self, doc: bytes, lane: str, after: int, upto: int) -> Iterator[bytes]:
        """The updates of a document in a lane, in order."""
        with self._moment():
            self._cold.reach_text(doc, lane, after, upto)
            rows = self._db.execute(
                "SELECT payload, n FROM op JOIN lane ON lane.id = op.lane WHERE doc = ? AND"
                " lane.name = ? AND n > ? AND n <= ? AND length(payload) > 0 ORDER BY n",
                (doc, lane, after, upto),
            )
        with database.reading(self.file):
            for row in rows:
                yield row[0]

    def checkpoint(self, doc: bytes, lane: str, upto: int) -> tuple[int, bytes] | None:
        """The newest checkpoint of a document up to an operation: its number and state."""
        row = self._row(
            "SELECT checkpoint.n, state FROM checkpoint JOIN lane ON lane.id = checkpoint.lane"
            " WHERE doc = ? AND lane.name = ? AND checkpoint.n <= ? ORDER BY checkpoint.n DESC",
            (doc, lane, upto),
        )
        return (row[0], row[1]) if row else None

    def let_go(self, digest: bytes) -> bool:
        """Whether a content was given up to stay below the limit."""
        asked = "SELECT 1 FROM let_go WHERE digest = ?"
        return self.can_be_let_go() and self._row(asked, (digest,)) is not None

    def can_be_let_go(self) -> bool:
        """Whether it has the table: an older file that can only be read has none."""
        return self._row("SELECT 1 FROM sqlite_master WHERE name = 'let_go'", ()) is not None

    def is_thinned(self) -> bool:
        """Whether texts stand on operations that are not kept any more."""
        if not self._cold.can_be:
            return False
        asked = "SELECT 1 FROM segment WHERE state >= 2 UNION ALL SELECT 1 FROM thinned LIMIT 1"
        return self._row(asked, ()) is not None

    def recall(self, key: str) -> bytes:
        """What `Journal.remember` was given last; empty for nothing."""
        row = self._row("SELECT value FROM about WHERE key = ?", (key,))
        return bytes(row[0]) if row else b""

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

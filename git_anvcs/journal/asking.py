"""How a journal is asked: in one snapshot, and of its frozen part only what is needed."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from git_anvcs.journal.cold import Cold, Wanted
from git_anvcs.journal.entry import COLUMNS, JOINS, Entry, entry_of
from git_anvcs.store import database


class Asking:
    """An open journal to be asked. file: for what is told when it cannot be read"""

    file: Path
    _db: database.Connection
    _cold: Cold

    @property
    def connection(self) -> database.Connection:
        """For the journal's own modules that ask of `tables` what is not asked here."""
        return self._db

    def _moment(self) -> AbstractContextManager[None]:
        """All that the block asks is of one moment: nothing is frozen in between."""
        return database.snapshot(self._db, self.file)

    def _select(self, rest: str, values: Sequence[object]) -> Iterator[Entry]:
        with database.reading(self.file):
            for row in self._db.execute(f"SELECT {COLUMNS} {JOINS} {rest}", values):
                yield entry_of(row)

    def _row(self, sql: str, values: Sequence[object]) -> tuple[Any, ...] | None:
        with database.reading(self.file):
            found: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return found

    def _downward(
        self,
        conditions: Sequence[tuple[str, Sequence[object]]],
        before: int | None,
        wanted: Wanted,
        plus: str = "",
        table: str = "op",
    ) -> Iterator[Entry]:
        """The operations these conditions are true of, from the newest on; thawed as it goes.

        table: whose numbers are in order by an index
        """
        while True:
            with self._moment():
                piece = self._cold.next_below(wanted, before)
                limits: list[tuple[str, Sequence[object]]] = []
                limits += [(f"{plus}{table}.n < ?", (before,))] if before is not None else []
                limits += [(f"{plus}{table}.n > ?", (piece.last,))] if piece else []
                all_of = [*conditions, *limits]
                where = f"WHERE {' AND '.join(sql for sql, _ in all_of)}" if all_of else ""
                values = [value for _, some in all_of for value in some]
                sql = f"SELECT {COLUMNS} {JOINS} {where} ORDER BY {table}.n DESC"
                found = self._db.execute(sql, values)
            with database.reading(self.file):
                for row in found:
                    yield entry_of(row)
            if piece is None:
                return
            with self._moment():
                self._cold.thaw([piece.segment])
            before = piece.last + 1

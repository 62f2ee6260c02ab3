"""What is asked of the chains in a journal: our own, and those of other clones."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from git_anvcs.journal import foreign, tables
from git_anvcs.journal.asking import Asking
from git_anvcs.journal.entry import COLUMNS, JOINS, entry_of
from git_anvcs.journal.op import Op
from git_anvcs.store import database


class Heard(NamedTuple):
    """How far the chain of another clone was taken in: number and digest of the last operation.

    key: that signed its first segment, and must sign all others
    """

    seq: int
    digest: bytes
    key: bytes


class Said(NamedTuple):
    """An operation of a chain. n: its number here; op: with its payload, its lane as it was said"""

    seq: int
    digest: bytes
    n: int
    op: Op


class Chains(Asking):
    """The questions to an open journal."""

    def begun(self, n: int | None = None) -> int:
        """The operation after which the actor began who wrote here last, up to `n` if it is given.

        What it says does not build on operations before: other clones need not have those.
        """
        if not self._row("SELECT 1 FROM sqlite_master WHERE name = 'own'", ()):
            return 0  # an older file that can only be read
        upto, values = ("", ()) if n is None else (" WHERE n < ?", (n,))
        row = self._row(f"SELECT max(n) FROM own{upto}", values)  # noqa: S608
        return row[0] or 0 if row else 0

    def heard(self) -> dict[bytes, Heard]:
        """The chains of other clones, by actor, in the order in which they came first."""
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT name, seq, hash, key FROM heard JOIN actor ON actor.id = heard.actor"
                " ORDER BY actor.id"
            ).fetchall()
        return {bytes(row[0]): Heard(*row[1:]) for row in rows}

    def parted(self, lane: str) -> int | None:
        """After which operation this clone was copied from the one of a foreign lane; None: never.

        What that one said before is here in our own lanes.
        """
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT name, n FROM own JOIN actor ON actor.id = own.actor ORDER BY n, own.actor"
            ).fetchall()
        for (name, _), (_, ended) in pairwise(rows):
            if foreign.is_of(lane, bytes(name)):
                return int(ended)
        return None

    def own_actors(self) -> list[bytes]:
        """Under which names was written here, the current one last."""
        with database.reading(self.file):
            rows = self._db.execute(
                "SELECT name FROM own JOIN actor ON actor.id = own.actor ORDER BY n, own.actor"
            ).fetchall()
        return [bytes(row[0]) for row in rows]

    def chain(self, actor: bytes, after: int) -> Iterator[Said]:
        """An actor's operations after a number of its own, in order, as it made them."""
        columns = f"op.seq, op.hash, op.payload, {COLUMNS}"
        where = f"WHERE op.actor = {tables.ACTOR} AND op.seq > ?"
        with self._moment():
            self._cold.reach_chain(actor, after)
            sql = f"SELECT {columns} {JOINS} {where} ORDER BY op.seq"
            rows = self._db.execute(sql, (actor, after))
        with database.reading(self.file):
            for seq, digest, payload, *row in rows:
                n, op = entry_of(tuple(row))[:2]
                op = op._replace(lane=foreign.said(op.lane), payload=payload)
                yield Said(seq, digest, n, op)

    def digest_at(self, actor: bytes, seq: int) -> bytes | None:
        """The digest of an actor's operation; None when it is not in the journal."""
        asked = f"SELECT hash FROM op WHERE actor = {tables.ACTOR} AND seq = ?"  # noqa: S608
        with self._moment():
            row = self._row(asked, (actor, seq))
            if row is None:
                self._cold.reach_chain(actor, seq - 1, seq)
                row = self._row(asked, (actor, seq))
        return row[0] if row else None

    def updates_of(self, doc: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The updates of a document in all lanes, each with its actor, those of each in order."""
        with self._moment():
            self._cold.reach_text(doc, None, 0, 1 << 62)
            rows = self._db.execute(
                "SELECT actor.name, payload, n FROM op JOIN actor ON actor.id = op.actor"
                " WHERE doc = ? AND length(payload) > 0 ORDER BY n", (doc,)
            )  # fmt: skip
        with database.reading(self.file):
            for name, payload, _ in rows:
                yield name, payload

    def updates_heard(self, doc: bytes, lane: str, n: int) -> Iterator[bytes]:
        """The updates of a document in the lane of another clone, up to its operation `n`.

        With what this clone knew of that one when it was copied from it, under the lane's own name.
        """
        with self._moment():
            self._cold.reach_text(doc, None, 0, n)
            rows = self._db.execute(
                "SELECT payload FROM op WHERE doc = ? AND n <= ? AND length(payload) > 0"
                " AND lane IN (SELECT id FROM lane WHERE name IN (?, ?))"
                " AND actor = (SELECT actor FROM op WHERE n = ?) ORDER BY n",
                (doc, n, lane, foreign.said(lane), n),
            )
        with database.reading(self.file):
            for row in rows:
                yield row[0]

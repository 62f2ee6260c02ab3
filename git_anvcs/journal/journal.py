"""The journal of a clone: operations appended, never changed, in a database under its Git dir.

Several processes may write: each append is one transaction that continues the actor's chain.
`now` says which operation each path that differs from HEAD stands at; the rest is history.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
import os
from pathlib import Path

from git_anvcs.journal import claims, clock, tables
from git_anvcs.journal.chains import Heard
from git_anvcs.journal.claims import Claim
from git_anvcs.journal.cold import Cold
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import NOTHING, Kind, Op, digest_of, encode
from git_anvcs.journal.reading import Reading
from git_anvcs.store import contents, database, lock
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.database import Damaged
from git_anvcs.store.paths import Paths

_INSERT = (
    "INSERT INTO main.op (actor, seq, hash, kind, lane, time, path, doc, base, mode, size, digest,"
    " flags, precision, author, client, payload)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# Who opens a journal that is being mended waits so long.
_MENDING_SECONDS = 120.0


class Journal(Reading):
    """An open journal; to be closed. Not for two threads at once.

    stopped: why it can only be read, as on a full disk; empty when it can be written
    """

    def __init__(self, paths: Paths) -> None:
        """Raises CannotWrite when there is none and none can be made, Damaged, Newer."""
        self.contents = paths.journal / "contents"
        self.segments = paths.journal / "segments"
        self.file = paths.journal / "journal.db"
        # The end of our chain and the largest time of all, while a transaction lets nobody append.
        self._tail: tuple[int, bytes, int] | None = None
        self._going = clock.Going()
        # Of lanes and paths, whose rows are never taken away.
        self._numbers: dict[tuple[str, str], int] = {}
        self.stopped = ""
        self.place = place_of(self.file)
        try:
            with lock.held(mending_lock(paths), shared=True, timeout=_MENDING_SECONDS):
                self._open()
        except CannotWrite as error:
            if not self.file.is_file() or not self.file.stat().st_size:
                raise
            self._db = database.open_to_read(self.file)
            self._cold = Cold(self._db, self.segments)
            self.stopped = error.message

    @property
    def cold(self) -> Cold:
        """What of it is frozen."""
        return self._cold

    def _open(self) -> None:
        """While nobody mends the database. Raises CannotWrite, Damaged, Newer."""
        if mended(self.file).exists():
            raise Damaged(f"{self.file} is being mended", hint="run the command again")
        self._db = database.open_at(self.file, tables.STEPS)
        try:
            self.place = place_of(self.file)
            self._cold = Cold(self._db, self.segments)
            self._actor = self._own_actor()
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    @property
    def actor(self) -> bytes:
        """The name of our chain, 16 bytes."""
        return self._actor_name

    def is_there(self) -> bool:
        """Whether its file is still the one that was opened: it may have been moved or replaced."""
        return place_of(self.file) == self.place

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: what the block looked at stays so, what it appends comes as a whole."""
        if self.stopped:
            raise CannotWrite(self.stopped)
        try:
            with database.writing(self._db, self.file):
                self._tail = None  # others may have appended
                if place_of(self.file) != self.place:
                    raise Replaced(f"{self.file} is another one now", hint="run the command again")
                yield
        except BaseException:
            self._numbers.clear()  # some may have been given out in the block
            raise
        finally:
            self._tail = None

    def append(self, ops: Sequence[Op], seconds: float) -> list[Entry]:
        """Continue the chain with these, timed now, within `writing`. seconds: since the epoch."""
        seq, before, time = self._tail or self._end()
        made = []
        seconds = self._going.seconds(time, seconds)
        for given in ops:
            time = clock.after(time, seconds)
            seq += 1
            op = given._replace(time=time)
            before = digest_of(encode(op, self._actor_name, seq, before))
            made.append(Entry(self._insert(op, self._actor, seq, before), op))
        for entry in made:
            self._note(entry)
        self._tail = seq, before, time
        return made

    def add_heard(self, actor: bytes, ops: Sequence[tuple[int, bytes, Op]]) -> list[Entry]:
        """Within `writing`: operations of another clone, each with its number there and digest.

        Their lanes are named as they are to be here.
        """
        number = self._number_of(actor)
        made = [Entry(self._insert(op, number, seq, digest), op) for seq, digest, op in ops]
        for entry in made:
            self._note(entry)
        return made

    def know_heard(self, actor: bytes, heard: Heard) -> None:
        """Within `writing`: so far the chain of another clone was taken in."""
        values = (self._number_of(actor), *heard)
        self._db.execute("INSERT OR REPLACE INTO heard VALUES (?, ?, ?, ?)", values)

    def _number_of(self, actor: bytes) -> int:
        row = self._row("SELECT id FROM actor WHERE name = ?", (actor,))
        return row[0] if row else self._added("INSERT INTO actor VALUES (NULL, ?)", (actor,))

    def _insert(self, op: Op, actor: int, seq: int, digest: bytes) -> int:
        values = (
            actor, seq, digest, op.kind, self.lane_number(op.lane), op.time,
            self.path_number(op.path) if op.path else None, op.doc or None, op.base, op.mode,
            op.size, op.digest, op.flags, op.precision, op.by, op.client, op.payload,
        )  # fmt: skip
        return self._added(_INSERT, values)

    def _note(self, entry: Entry) -> None:
        """Where the path stands now."""
        op = entry.op
        if op.kind is Kind.CLAIM:
            self._take_claim(entry)
        if not op.path:
            return
        key = (self.lane_number(op.lane), self.path_number(op.path))
        if op.kind is Kind.BLOB and op.digest:
            self._note_content(entry, key)
        if not op.differs:
            self._db.execute("DELETE FROM now WHERE lane = ? AND path = ?", key)
        else:
            self._db.execute("INSERT OR REPLACE INTO now VALUES (?, ?, ?)", (*key, entry.n))

    def _note_content(self, entry: Entry, key: tuple[int, int]) -> None:
        """Which content the path holds; one that was let go and is here again counts as kept."""
        digest = entry.op.digest
        self._db.execute("INSERT OR IGNORE INTO content VALUES (?, ?, ?, ?)",
                         (digest, entry.n, *key))  # fmt: skip
        if self.let_go(digest) and contents.has(self.contents, digest):
            self._db.execute("DELETE FROM let_go WHERE digest = ?", (digest,))

    def _take_claim(self, entry: Entry) -> None:
        """Whose operations are, by an operation of the same chain."""
        claim = claims.unpack(entry.op.payload)
        for first, last in claim.of if claim else ():
            self._db.execute(
                "INSERT OR REPLACE INTO claim SELECT n, ? FROM op WHERE seq BETWEEN ? AND ?"
                " AND actor = (SELECT actor FROM op WHERE n = ?)",
                (claim.by if claim else "", first, last, entry.n),
            )

    def claim(self, lane: str, by: str, numbers: Collection[int], seconds: float) -> None:
        """Within `writing`: say whose these operations are, as far as they are of our own chain."""
        marks = ",".join("?" * len(numbers))
        asked = f"SELECT seq FROM op WHERE actor = ? AND n IN ({marks})"  # noqa: S608
        rows = self._db.execute(asked, (self._actor, *numbers)).fetchall()
        if rows:
            payload = claims.pack(Claim(by, claims.runs(row[0] for row in rows)))
            self.append([Op(Kind.CLAIM, lane, 0, payload=payload)], seconds)

    def remember(self, key: str, value: bytes) -> None:
        """Within `writing`: what `recall` gives back."""
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, value))

    def put(self, data: bytes) -> bytes:
        """Keep a content that is no text; its digest. Raises CannotWrite."""
        return contents.put(self.contents, data)

    def keep_checkpoint(self, doc: bytes, lane: str, n: int, state: bytes) -> None:
        """Within `writing`: the document's whole state after operation `n`."""
        values = (doc, self.lane_number(lane), n, state)
        self._db.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)", values)

    def know_lane(self, lane: str, root: Path) -> None:
        """Within `writing`: this is where the lane's worktree is."""
        values = (os.fsencode(root), self.lane_number(lane), os.fsencode(root))
        self._db.execute("UPDATE lane SET root = ? WHERE id = ? AND root != ?", values)

    def know_refs(self, lane: str, changed: dict[str, str]) -> None:
        """Within `writing`: where refs are now; an empty target: nowhere."""
        number = self.lane_number(lane)
        for name, target in changed.items():
            key = (number, os.fsencode(name))
            if target:
                self._db.execute(
                    "INSERT OR REPLACE INTO ref VALUES (?, ?, ?)", (*key, _bound(target))
                )
            else:
                self._db.execute("DELETE FROM ref WHERE lane = ? AND name = ?", key)

    def renew(self) -> None:
        """Within `writing`: go on under another name, for somebody else goes on under this one."""
        self._tail = None
        self._begin(os.urandom(16))
        self._actor_name, self._actor = self._known_actor()

    def _end(self) -> tuple[int, bytes, int]:
        """The last sequence number and digest of our chain, and the largest time of ours."""
        self._actor_name, self._actor = self._known_actor()
        row = self._db.execute(
            "SELECT seq, hash FROM main.op WHERE actor = ? ORDER BY seq DESC LIMIT 1",
            (self._actor,),
        ).fetchone()
        last = self._db.execute(tables.LAST_OWN).fetchone()
        seq, digest = row or (0, NOTHING)
        return seq, digest, last[0] or 0

    def _own_actor(self) -> int:
        """Who writes here: a name that a copy of the file does not share."""
        with database.writing(self._db, self.file):
            known = dict(self._db.execute("SELECT key, value FROM about").fetchall())
            if known.get("place") != self.place or "actor" not in known:
                self._db.execute("INSERT OR REPLACE INTO about VALUES ('place', ?)", (self.place,))
                self._begin(os.urandom(16))
            self._actor_name, self._actor = self._known_actor()
        return self._actor

    def _known_actor(self) -> tuple[bytes, int]:
        """Another process may have renewed it."""
        row = self._db.execute(
            "SELECT actor.name, actor.id FROM about JOIN actor ON actor.name = about.value"
            " WHERE key = 'actor'"
        ).fetchone()
        return bytes(row[0]), row[1]

    def _begin(self, name: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO about VALUES ('actor', ?)", (name,))
        actor = self._added("INSERT INTO actor VALUES (NULL, ?)", (name,))
        self._db.execute("INSERT INTO own SELECT ?, ifnull(max(n), 0) FROM main.op", (actor,))

    def lane_number(self, name: str) -> int:
        """Within `writing`: of a lane in the tables, which gets one now if it has none."""
        found = self._numbers.get(("lane", name))
        if found is None:
            row = self._row("SELECT id FROM lane WHERE name = ?", (name,))
            added = "INSERT INTO lane VALUES (NULL, ?, x'')"
            found = self._numbers["lane", name] = row[0] if row else self._added(added, (name,))
        return found

    def path_number(self, name: str) -> int:
        """The same of a path."""
        found = self._numbers.get(("path", name))
        if found is None:
            data = (os.fsencode(name),)
            row = self._row("SELECT id FROM path WHERE name = ?", data)
            added = "INSERT INTO path VALUES (NULL, ?)"
            found = self._numbers["path", name] = row[0] if row else self._added(added, data)
        return found

    def _added(self, sql: str, values: Sequence[object]) -> int:
        return self._db.execute(sql, values).lastrowid or 0


class Replaced(CannotWrite):
    """The file was mended, or deleted, by somebody else: to be opened again."""


def place_of(file: Path) -> bytes:
    """Which file on which file system it is; empty when it is gone."""
    try:
        found = file.stat()
    except OSError:
        return b""
    return f"{found.st_dev}:{found.st_ino}".encode()


def mended(file: Path) -> Path:
    """Where a database lies that was made anew and shall take the place of `file`."""
    return file.with_name(f"{file.name}.mended")


def mending_lock(paths: Paths) -> Path:
    """Held by whoever mends the database, and shared by whoever opens it."""
    return paths.locks / "journal-mending"


def _bound(text: str) -> str | bytes:
    """As SQLite takes it: a branch's name may be no UTF-8."""
    return text if text.isascii() else os.fsencode(text)

"""Operations that really go: out of the database, its log and the segments; their digests stay.

A document goes as a whole, since each of its updates builds on those before. What comes next of
its path begins anew.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from git_anvcs.journal import begun, segment
from git_anvcs.journal.cold import DROPPED, SEALED, THINNED
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Damaged, Kind
from git_anvcs.journal.texts import Texts
from git_anvcs.journal.updates import NoUpdate
from git_anvcs.store import atomic, contents, database


class Chosen(NamedTuple):
    """What goes: numbers of operations, documents, contents; paths: whose history has a gap then"""

    numbers: frozenset[int] = frozenset()
    docs: frozenset[bytes] = frozenset()
    digests: frozenset[bytes] = frozenset()
    paths: tuple[str, ...] = ()


def of_entries(journal: Journal, wanted: Iterable[Entry]) -> Chosen:
    """These operations, with all of the documents they are about. Frozen ones are thawed."""
    chosen = list(wanted)
    docs = {entry.op.doc for entry in chosen if entry.op.doc}
    numbers = {entry.n: entry for entry in chosen if entry.op.path}
    if docs:
        numbers |= {entry.n: entry for entry in journal.newest() if entry.op.doc in docs}
    kept = {e.op.digest for e in numbers.values() if e.op.kind is Kind.BLOB and e.op.digest}
    if kept:  # what another file held as well stays
        others = (e.op for e in journal.newest() if e.n not in numbers)
        kept -= {op.digest for op in others if op.kind is Kind.BLOB}
    paths = {entry.op.path for entry in numbers.values()}
    named = _naming(journal, paths) if paths else set()
    return Chosen(
        frozenset(numbers) | named, frozenset(docs), frozenset(kept), tuple(sorted(paths))
    )


def _naming(journal: Journal, paths: set[str]) -> set[int]:
    """The marks of undos that tell what one of these files held, by its digest."""
    told = (
        begun.unpack(entry.n, journal.payload(entry.n))
        for entry in journal.newest(kinds=(Kind.MARK,))
    )
    return {one.n for one in told if one and not paths.isdisjoint(one.files)}


def with_text(journal: Journal, texts: Texts, needle: bytes) -> list[Entry]:
    """Every operation after which a file held these bytes."""
    found = []
    asked: dict[tuple[bytes, str], Callable[[int], str]] = {}
    for entry in sorted(journal.newest(), key=lambda one: one.n):
        op = entry.op
        if op.kind is Kind.BLOB and op.digest:
            data = contents.get(journal.contents, op.digest) or b""
        elif op.kind is Kind.EDIT:
            at = asked.setdefault((op.doc, op.lane), texts.follow(op.doc, op.lane))
            try:
                data = at(entry.n).encode()
            except NoUpdate:
                data = needle  # nobody can say that it is not in there
        else:
            data = b""
        if needle in data or needle in journal.payload(entry.n):
            found.append(entry)
    return found


def purge(journal: Journal, chosen: Chosen) -> int:
    """Take it away, everything sealed; how many operations went. Raises CannotWrite, Unreadable.

    The newest operation of the chain is not among them: a MARK tells of the purge.
    """
    places = _places(journal, chosen.numbers)
    made = _withheld(journal, places)
    db = journal.connection
    db.execute("PRAGMA secure_delete=ON")
    with journal.writing():
        for number, (old, name, size) in made.items():
            db.execute("UPDATE segment SET name = ?, bytes = ? WHERE id = ? AND name = ?",
                       (bytes.fromhex(name), size, number, bytes.fromhex(old)))  # fmt: skip
            db.execute("UPDATE frozen_text SET lean = 0 WHERE segment = ?", (number,))
        _mark_gaps(journal, chosen)
        for n in chosen.numbers:
            db.execute("DELETE FROM now WHERE n = ?", (n,))
            db.execute("DELETE FROM claim WHERE n = ?", (n,))
            db.execute("DELETE FROM content WHERE n = ? AND digest IN"
                       " (SELECT digest FROM op WHERE n = ?)", (n, n))  # fmt: skip
            db.execute("DELETE FROM main.op WHERE n = ?", (n,))
        for doc in chosen.docs:
            db.execute("DELETE FROM checkpoint WHERE doc = ?", (doc,))
            db.execute("DELETE FROM frozen_text WHERE doc = ?", (doc,))
        for digest in chosen.digests:
            for table in ("frozen_content", "content", "let_go"):
                db.execute(f"DELETE FROM {table} WHERE digest = ?", (digest,))  # noqa: S608
    _forget_files(journal, places)
    for digest in chosen.digests:
        contents.remove(journal.contents, digest)
    return len(chosen.numbers)


def shred(journal: Journal) -> None:
    """Nothing of what was deleted stays in the free pages of the database or in its log."""
    with database.reading(journal.file):
        journal.connection.execute("VACUUM")
        journal.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _places(journal: Journal, numbers: Iterable[int]) -> dict[int, set[int]]:
    """The actors, by their number here, with their sequence numbers of these operations."""
    found: dict[int, set[int]] = defaultdict(set)
    for n in numbers:
        journal.payload(n)  # thaws it
        row = journal.connection.execute("SELECT actor, seq FROM op WHERE n = ?", (n,)).fetchone()
        if row:
            found[row[0]].add(row[1])
    return found


def _withheld(journal: Journal, places: dict[int, set[int]]) -> dict[int, tuple[str, str, int]]:
    """The segments anew, with digests in place of these operations: the old and new name, size."""
    made = {}
    for actor, seqs in places.items():
        rows = journal.connection.execute(
            "SELECT id, first, count, name FROM segment WHERE actor = ? AND state != ?",
            (actor, DROPPED),
        ).fetchall()
        for number, first, count, name in rows:
            inside = {seq for seq in seqs if first <= seq < first + count}
            if inside:
                whole, _ = journal.cold.read(number)
                data = segment.pack(segment.withhold(whole, inside))
                new = segment.name_of(data)
                if new != bytes(name).hex():
                    atomic.write(journal.segments / new, data, mode=0o600)
                    made[number] = bytes(name).hex(), new, len(data)
    return made


def _forget_files(journal: Journal, places: dict[int, set[int]]) -> None:
    """Files that segments had before they were frozen, thinned or purged wait to be swept: those

    with operations that are gone do not. Nobody is about to refer to one of them.
    """
    rows = journal.connection.execute(
        "SELECT actor.name, first, segment.name, state, actor FROM segment"
        " JOIN actor ON actor.id = segment.actor"
    ).fetchall()
    states = {(bytes(actor), first): (state, number) for actor, first, _, state, number in rows}
    named = {bytes(name).hex() for _, _, name, state, _ in rows if state != DROPPED}
    for file in journal.segments.glob("*"):
        if file.name in named:
            continue
        with suppress(OSError, Damaged):
            _, head = segment.header_of(file.read_bytes())
            state, number = states.get((head.actor, head.first), (SEALED, 0))
            span = range(head.first, head.first + head.size)
            if state in (DROPPED, THINNED) or any(n in span for n in places.get(number, ())):
                file.unlink()


def _mark_gaps(journal: Journal, chosen: Chosen) -> None:
    """Where a path has a gap now, a question is told so, instead of what was there before."""
    db = journal.connection
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    for n in chosen.numbers:
        row = db.execute("SELECT lane, path FROM op WHERE n = ?", (n,)).fetchone()
        if row and row[1]:
            rows[row[0], row[1]].append(n)
    for (lane, path), numbers in rows.items():
        db.execute(
            "INSERT OR REPLACE INTO thinned VALUES (?, ?, ?, ?)",
            (lane, path, min(numbers), max(numbers)),
        )

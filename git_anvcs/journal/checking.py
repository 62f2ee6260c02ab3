"""Whether a journal is whole: what is wrong with it, in words.

The database, the chain of this clone's operations, the segments' digests and signatures, whether
contents are there, and the text every path stands at; `full`: every byte of every content, and the
text of every edit.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import NamedTuple
import zlib

from git_anvcs.journal import cold, foreign, history, segment
from git_anvcs.journal.cold import DROPPED, SEALED, Unreadable
from git_anvcs.journal.entry import COLUMNS, JOINS, Entry, entry_of
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import NOTHING, Flag, Kind, digest_of, encode
from git_anvcs.journal.sealing import Sealed, segments
from git_anvcs.journal.segment import Withheld
from git_anvcs.journal.text import Document
from git_anvcs.journal.texts import Texts
from git_anvcs.journal.updates import NoUpdate
from git_anvcs.store import contents, database

_MOST_OPEN = 256
_MOST_TOLD = 100


class Report(NamedTuple):
    """problems: what is damaged; notes: what is worth knowing and harms nothing"""

    operations: int
    segments: int
    contents: int
    texts: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]


class _Found:
    """What was counted and found so far."""

    def __init__(self) -> None:
        self.operations = self.segments = self.contents = self.texts = self.unsigned = (
            self.dropped
        ) = self.let_go = self.unlinked = 0
        self.problems: list[str] = []


def check(journal: Journal, *, full: bool = False) -> Report:
    """Read all of it. Raises Damaged where the database cannot even be asked."""
    found = _Found()
    found.problems += [f"the database: {text}" for text in database.problems(journal.connection)]
    whole = segments(journal)
    with database.reading(journal.file):
        own = journal.connection.execute(
            "SELECT actor.id, actor.name FROM own JOIN actor ON actor.id = own.actor ORDER BY 1"
        ).fetchall()
    for actor, name in own:
        _check_chain(journal, found, actor, bytes(name), [s for s in whole if s.actor == actor])
    _check_contents(journal, found, full=full)
    _check_standing(journal, found)
    if full and not found.problems:
        _check_texts(journal, found)
    notes = [f"{found.unsigned} segments are not signed"] if found.unsigned else []
    notes += [f"{found.dropped} operations are dropped by now"] if found.dropped else []
    notes += [_unlinked(found.unlinked)] if found.unlinked else []
    notes += [f"{found.let_go} contents were let go for journal.limit"] if found.let_go else []
    return Report(
        found.operations, found.segments, found.contents, found.texts,
        _short(found.problems), tuple(notes),
    )  # fmt: skip


def _check_chain(
    journal: Journal, found: _Found, actor: int, name: bytes, whole: list[Sealed]
) -> None:
    """Segments follow each other, rows follow them, and each is what its digest says."""
    end, before = 1, NOTHING
    for one in whole:
        if (one.first, one.before) != (end, before):
            found.problems.append(f"segment {one.name[:16]} does not follow the one before it")
        _check_segment(journal, found, one, name)
        end, before = one.first + one.operations, one.last
    _check_rows(journal, found, (actor, name), end, {end - 1: before})


def _check_segment(journal: Journal, found: _Found, one: Sealed, name: bytes) -> None:
    found.segments += 1
    if one.state == DROPPED:
        found.dropped += one.operations
        return
    try:
        whole, _ = journal.cold.read(one.id)
    except Unreadable as error:
        found.problems.append(error.message)
        return
    told = (whole.actor, whole.first, whole.end, whole.before, whole.last)
    if told != (name, one.first, one.first + one.operations, one.before, one.last):
        found.problems.append(f"segment {one.name[:16]} is not the one that the database tells of")
        return
    found.problems += [f"segment {one.name[:16]}: {text}" for text in segment.problems(whole)]
    found.unsigned += not whole.key
    digests = dict(enumerate([whole.before, *whole.digests], whole.first - 1))
    rows = _check_rows(journal, found, (one.actor, name), one.first, digests, whole.end)
    whole_ones = sum(not isinstance(entry, Withheld) for entry in whole.entries)
    if one.state == SEALED and rows < whole_ones:
        missing = whole_ones - rows
        found.problems.append(f"{missing} operations of segment {one.name[:16]} are missing")
    elif one.state != SEALED:
        found.operations += one.operations - rows


def _check_rows(
    journal: Journal,
    found: _Found,
    actor: tuple[int, bytes],
    first: int,
    known: Mapping[int, bytes],
    end: int = 1 << 62,
) -> int:
    """The operations in the database from one sequence number to another; how many there are.

    known: the digest of each, as far as a segment says, and of the one before the first
    """
    digests = dict(known) | _gone(journal, actor[0], first, end)
    count = 0
    for seq, digest, n, made in _rows(journal, actor, first, end, digests):
        count += 1
        if digests.get(seq - 1) == b"":
            found.unlinked += 1
        elif made != digest or known.get(seq, digest) != digest:
            found.problems.append(f"operation #{n} is not what its digest says")
        digests[seq] = digest
        digests.pop(seq - 1, None) if len(known) == 1 else None
    found.operations += count
    return count


def _gone(journal: Journal, actor: int, first: int, end: int) -> dict[int, bytes]:
    """The digests of operations that are gone, as who built it anew knew them; empty: lost, too."""
    db = journal.connection
    with database.reading(journal.file):
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'gone'").fetchone():
            return {}  # an older file that can only be read
        rows = db.execute(
            "SELECT seq, hash FROM gone WHERE actor = ? AND seq >= ? - 1 AND seq < ?",
            (actor, first, end),
        ).fetchall()
    return {seq: bytes(digest) for seq, digest in rows}


def _unlinked(count: int) -> str:
    return f"{count} operations follow others that were lost, so that no chain proves them"


def _rows(
    journal: Journal, actor: tuple[int, bytes], first: int, end: int, digests: Mapping[int, bytes]
) -> Iterator[tuple[int, bytes, int, bytes]]:
    """Sequence number, digest, number, and the digest worked out anew."""
    joins = JOINS.replace("FROM op", "FROM main.op AS op")
    with database.reading(journal.file):
        rows = journal.connection.execute(
            f"SELECT {COLUMNS}, payload, seq, hash {joins}"
            " WHERE actor = ? AND seq >= ? AND seq < ? ORDER BY seq",
            (actor[0], first, end),
        )
        for *columns, payload, seq, digest in rows:
            entry = entry_of(tuple(columns))
            op = entry.op._replace(payload=payload)
            data = encode(op, actor[1], seq, digests.get(seq - 1, b""))
            yield seq, digest, entry.n, digest_of(data)


def _check_contents(journal: Journal, found: _Found, *, full: bool) -> None:
    with database.reading(journal.file):
        rows = journal.connection.execute(
            "SELECT digest FROM main.op WHERE kind = ? AND flags & ? = 0"
            " AND actor IN (SELECT actor FROM own)"
            " UNION SELECT digest FROM frozen_content",
            (Kind.BLOB, Flag.NOT_KEPT),
        ).fetchall()
    for (digest,) in rows:
        if not digest:
            continue
        found.contents += 1
        is_there = contents.has(journal.contents, digest)
        if not is_there and journal.let_go(digest):
            found.let_go += 1
            continue
        if not is_there or (full and contents.get(journal.contents, digest) is None):
            found.problems.append(f"content {digest.hex()[:16]} is gone or damaged")


def _check_standing(journal: Journal, found: _Found) -> None:
    """Every path that differs from HEAD now can be had back."""
    texts = Texts(journal)
    for lane in journal.lanes():
        for path, entry in journal.differing(lane).items():
            if entry.op.kind is not Kind.EDIT or foreign.is_foreign(lane):
                continue
            found.texts += 1
            try:
                content = history.content(journal, texts, entry)
            except (NoUpdate, Unreadable):
                content = None
            if content is None:
                found.problems.append(f"{lane}: {path}: its text at #{entry.n} is damaged")


def _check_texts(journal: Journal, found: _Found) -> None:
    """The text after every edit."""
    db = journal.connection
    numbers = dict(db.execute("SELECT name, id FROM lane").fetchall())
    open_: OrderedDict[tuple[bytes, str, int], Document] = OrderedDict()
    found.texts = 0
    for entry in journal.upward():
        op = entry.op
        payload = journal.payload(entry.n) if op.doc else b""
        if not payload or foreign.is_foreign(op.lane):
            continue
        key = (op.doc, op.lane, journal.begun(entry.n))
        try:
            document = _kept(journal, entry, numbers[op.lane])
            if document is None:
                document = open_.pop(key, None) or _begun(journal, entry, numbers[op.lane])
                document.apply([payload])
        except NoUpdate:
            found.problems.append(f"{op.lane}: {op.path}: its text at #{entry.n} is damaged")
            continue
        if op.kind is Kind.EDIT and cold.digest_after(document, op) != op.digest:
            found.problems.append(f"{op.lane}: {op.path}: its text at #{entry.n} is damaged")
        found.texts += op.kind is Kind.EDIT
        open_[key] = document
        open_.move_to_end(key)
        if len(open_) > _MOST_OPEN:
            open_.popitem(last=False)


def _kept(journal: Journal, entry: Entry, lane: int) -> Document | None:
    """The document as a checkpoint of just this operation has it; None when there is none."""
    at, state = cold.checkpoint(journal.connection, entry.op.doc, lane, entry.n, of=entry.n)
    if at != entry.n:
        return None
    document = Document()
    document.apply([zlib.decompress(state)])
    return document


def _begun(journal: Journal, entry: Entry, lane: int) -> Document:
    """The document as it was before an operation."""
    op, db = entry.op, journal.connection
    at, _ = cold.checkpoint(db, op.doc, lane, entry.n - 1, of=entry.n)
    journal.cold.reach_text(op.doc, op.lane, at, entry.n - 1)
    return cold.begun(db, op.doc, lane, entry.n)


def _short(problems: list[str]) -> tuple[str, ...]:
    more = len(problems) - _MOST_TOLD
    return tuple(problems[:_MOST_TOLD] + ([f"and {more} more"] if more > 0 else []))

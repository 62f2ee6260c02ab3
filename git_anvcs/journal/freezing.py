"""Sealed operations that are old leave the database: they stay in their segment, and in an index.

The index – which lanes, paths and documents a segment is about, from which number to which – lets
every question find what it must thaw. In a frozen segment the digests of texts are left out where
they would take more than the edit does: replaying it gives them again, and that is tried before
anything is taken away.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from git_anvcs.journal import segment
from git_anvcs.journal.cold import FROZEN, SEALED, begun, checkpoint, digest_after
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind, Link, decode
from git_anvcs.journal.sealing import Sealed, segments
from git_anvcs.journal.segment import Withheld
from git_anvcs.journal.text import Document
from git_anvcs.journal.updates import NoUpdate
from git_anvcs.store import atomic

# A digest of 32 bytes that does not pack is left out beside an update up to this size.
_SMALL_UPDATE = 400

# A checkpoint stays where the updates since the last one take so many times its bytes.
_CHECKPOINT_SHARE = 8


class Frozen(NamedTuple):
    """operations: that left the database; old: names of segments that nothing refers to any more"""

    operations: int
    old: tuple[str, ...]


def freeze(journal: Journal, before: int, most: int = 1 << 30) -> Iterator[Frozen]:
    """Freeze the sealed segments of our chain whose operations are all older than a time.

    before: as of an operation; most: so many segments at once
    Raises CannotWrite, Damaged, Unreadable.
    """
    for found in [one for one in segments(journal) if one.state == SEALED][:most]:
        if found.last_time >= before:
            return
        yield _freeze(journal, found)


def _freeze(journal: Journal, found: Sealed) -> Frozen:
    whole, numbers = journal.cold.read(found.id)
    links = {
        n: decode(entry)
        for n, entry in zip(numbers, whole.entries, strict=True)
        if not isinstance(entry, Withheld)
    }
    lean = _lean(journal, links)
    data = segment.pack(whole, lean)
    name = segment.name_of(data)
    atomic.write(journal.segments / name, data, mode=0o600)
    with journal.writing():
        gone = journal.connection.execute(
            "SELECT state, name FROM segment WHERE id = ?", (found.id,)
        ).fetchone()
        if gone != (SEALED, bytes.fromhex(found.name)):
            return Frozen(0, ())
        index(journal, found.id, links, lean)
        journal.connection.execute(
            "UPDATE segment SET state = ?, name = ?, bytes = ? WHERE id = ?",
            (FROZEN, bytes.fromhex(name), len(data), found.id),
        )
        count = take_away(journal, found)
        _thin_checkpoints(journal, links)
    return Frozen(count, (found.name,) if name != found.name else ())


def take_away(journal: Journal, found: Sealed) -> int:
    """Within `writing`: the rows of a segment go; those that a path stands at, and the newest of

    the chain, stay. How many went.
    """
    return journal.connection.execute(
        "DELETE FROM main.op WHERE actor = ? AND seq >= ? AND seq < ?"
        " AND n NOT IN (SELECT n FROM now)"
        " AND seq < (SELECT max(seq) FROM main.op WHERE actor = ?)",
        (found.actor, found.first, found.first + found.operations, found.actor),
    ).rowcount


def index(journal: Journal, number: int, links: Mapping[int, Link], lean: Iterable[int]) -> None:
    """Within `writing`: what the operations of a segment are about."""
    lean = set(lean)
    lanes: dict[str, list[tuple[int, Link]]] = {}
    paths: dict[tuple[str, str], list[int]] = {}
    texts: dict[tuple[bytes, str], list[tuple[int, bool, int]]] = {}
    authors: dict[str, list[int]] = {}
    for n, link in links.items():
        op = link.op
        if op.by:
            authors.setdefault(op.by, []).append(n)
        lanes.setdefault(op.lane, []).append((n, link))
        if op.path:
            paths.setdefault((op.lane, op.path), []).append(n)
        if op.doc:
            texts.setdefault((op.doc, op.lane), []).append((n, link.seq in lean, len(op.payload)))
    kept = {link.op.digest for link in links.values() if link.op.kind is Kind.BLOB}
    db = journal.connection
    db.executemany(
        "INSERT OR IGNORE INTO frozen_content VALUES (?, ?)",
        [(digest, number) for digest in kept if digest],
    )
    for lane, some in lanes.items():
        times = [link.op.time for _, link in some]
        told = any(link.op.kind > Kind.CLEAN for _, link in some)
        lost = any(link.op.flags & Flag.LOST for _, link in some)
        values = (journal.lane_number(lane), some[0][0], some[-1][0], number, min(times),
                  max(times), told, lost)  # fmt: skip
        db.execute("INSERT INTO frozen_lane VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    db.executemany(
        "INSERT INTO frozen_by VALUES (?, ?, ?, ?)",
        [(author, ns[0], ns[-1], number) for author, ns in authors.items()],
    )
    db.executemany(
        "INSERT INTO frozen_path VALUES (?, ?, ?, ?, ?)",
        [
            (journal.lane_number(lane), journal.path_number(path), ns[0], ns[-1], number)
            for (lane, path), ns in paths.items()
        ],
    )
    db.executemany(
        "INSERT INTO frozen_text VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (doc, journal.lane_number(lane), some[0][0], some[-1][0], number,
             any(small for _, small, _ in some), sum(size for *_, size in some))
            for (doc, lane), some in texts.items()
        ],
    )  # fmt: skip


def _lean(journal: Journal, links: Mapping[int, Link]) -> set[int]:
    """The sequence numbers of edits whose digest a replay gives: each was tried."""
    found: set[int] = set()
    open_: dict[tuple[bytes, str], Document | None] = {}
    wanted = {
        (link.op.doc, link.op.lane)
        for link in links.values()
        if link.op.kind is Kind.EDIT and len(link.op.payload) <= _SMALL_UPDATE
    }
    for n, link in links.items():
        op, key = link.op, (link.op.doc, link.op.lane)
        if key not in wanted or not op.payload:
            continue
        if key not in open_:
            open_[key] = _begun(journal, op.doc, op.lane, n)
        document = open_[key]
        if document is None:
            continue
        try:
            document.apply([op.payload])
        except NoUpdate:
            open_[key] = None
            continue
        small = op.kind is Kind.EDIT and len(op.payload) <= _SMALL_UPDATE
        if small and digest_after(document, op) == op.digest:
            found.add(link.seq)
    return found


def _begun(journal: Journal, doc: bytes, lane: str, n: int) -> Document | None:
    number = journal.lane_number(lane)
    at, _ = checkpoint(journal.connection, doc, number, n - 1, of=n)
    journal.cold.reach_text(doc, lane, at, n - 1)
    try:
        return begun(journal.connection, doc, number, n)
    except NoUpdate:
        return None


def _thin_checkpoints(journal: Journal, links: Mapping[int, Link]) -> None:
    """Within `writing`: of the states in frozen spans, those go that take much for what they save.

    What a text was is replayed from an older one, or from its first text, which always stays, as
    the newest does: work goes on from there.
    """
    ends = {(link.op.doc, link.op.lane): n for n, link in links.items() if link.op.doc}
    db = journal.connection
    for (doc, lane), end in ends.items():
        key = (doc, journal.lane_number(lane))
        rows = db.execute(
            "SELECT n, length(state) FROM checkpoint WHERE doc = ? AND lane = ? ORDER BY n", key
        ).fetchall()
        kept = 0
        for n, size in [row for row in rows[:-1] if row[0] <= end]:
            [updates] = db.execute(
                "SELECT coalesce(sum(bytes), 0) FROM frozen_text"
                " WHERE doc = ? AND lane = ? AND first > ? AND first <= ?", (*key, kept, n)
            ).fetchone()  # fmt: skip
            if updates >= _CHECKPOINT_SHARE * size:
                kept = n
            else:
                db.execute("DELETE FROM checkpoint WHERE doc = ? AND lane = ? AND n = ?", (*key, n))

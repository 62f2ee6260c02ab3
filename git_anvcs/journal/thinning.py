"""What is older than anybody asks for goes: of each path one state a day stays, later nothing.

An operation that goes leaves its digest, so that chain and signature stay checkable. A text that
stays is kept as a whole, without what it was edited from; only the last state of each document
keeps its tombstones, since what came after was edited from it. What is gone is in `thinned`, so
that a question which falls there is told so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
import zlib

from git_anvcs.journal import segment
from git_anvcs.journal.cold import DROPPED, FROZEN, THINNED, begun, checkpoint
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind, Link, decode
from git_anvcs.journal.sealing import Sealed, segments
from git_anvcs.journal.segment import Segment, Withheld
from git_anvcs.journal.text import seed
from git_anvcs.store import atomic

_DAY = 86_400_000 << 16  # of the time of an operation

_States = dict[tuple[bytes, str, int], bytes]


class Thinned(NamedTuple):
    """operations: that are only digests now; old: the segment's file before"""

    operations: int
    old: str


def thin(journal: Journal, keep: int, drop: int) -> Iterator[Thinned]:
    """Thin the frozen segments whose operations are all older than `keep`, drop those than `drop`.

    Both as the time of an operation. Raises CannotWrite, Damaged, Unreadable.
    """
    for found in _ripe(journal, keep, drop):
        yield _thinned(journal, found, all_of_it=found.last_time < drop)


def counted(journal: Journal, keep: int, drop: int) -> int:
    """How many operations `thin` would leave only the digests of. Raises Damaged, Unreadable."""
    count = 0
    for found in _ripe(journal, keep, drop):
        read = journal.cold.read(found.id)
        links, kept = _chosen(journal, found, *read, all_of_it=found.last_time < drop)
        count += len(links.keys() - kept)
    return count


def _ripe(journal: Journal, keep: int, drop: int) -> Iterator[Sealed]:
    for found in segments(journal):
        if found.state == DROPPED:
            continue
        if found.state not in (FROZEN, THINNED) or found.last_time >= keep:
            return
        if found.last_time < drop or found.state == FROZEN:
            yield found


def forget_documents(journal: Journal) -> None:
    """The states of documents that no operation is about any more go, and words of contents."""
    with journal.writing():
        journal.connection.execute(
            "DELETE FROM checkpoint WHERE doc NOT IN (SELECT doc FROM main.op WHERE doc IS NOT NULL"
            " UNION SELECT doc FROM frozen_text)"
        )
        journal.connection.execute(
            "DELETE FROM let_go WHERE digest NOT IN (SELECT digest FROM content)"
        )


def _thinned(journal: Journal, found: Sealed, *, all_of_it: bool) -> Thinned:
    whole, numbers = journal.cold.read(found.id)
    links, kept = _chosen(journal, found, whole, numbers, all_of_it=all_of_it)
    states = {} if found.state == THINNED else _states(journal, links, kept)
    thin = segment.withhold(whole, {link.seq for n, link in links.items() if n not in kept})
    data = segment.pack(thin)
    name = segment.name_of(data)
    if not all_of_it:
        atomic.write(journal.segments / name, data, mode=0o600)
    db = journal.connection
    with journal.writing():
        now = db.execute("SELECT state, name FROM segment WHERE id = ?", (found.id,)).fetchone()
        if now != (found.state, bytes.fromhex(found.name)):
            return Thinned(0, "")
        _tell(journal, links, kept)
        _keep_states(journal, links, states)
        db.execute("DELETE FROM frozen_content WHERE segment = ?", (found.id,))
        db.executemany(
            "DELETE FROM content WHERE digest = ? AND n = ?",
            [(link.op.digest, n) for n, link in links.items() if n not in kept],
        )
        if all_of_it:
            for table in ("path", "text", "by"):  # when it was is still asked
                db.execute(f"DELETE FROM frozen_{table} WHERE segment = ?", (found.id,))  # noqa: S608
            db.execute("UPDATE segment SET state = ?, bytes = 0 WHERE id = ?", (DROPPED, found.id))
        else:
            db.execute("UPDATE frozen_text SET lean = 0 WHERE segment = ?", (found.id,))
            db.executemany(
                "INSERT OR IGNORE INTO frozen_content VALUES (?, ?)",
                [(links[n].op.digest, found.id) for n in kept & links.keys()
                 if links[n].op.kind is Kind.BLOB and links[n].op.digest],
            )  # fmt: skip
            db.execute(
                "UPDATE segment SET state = ?, name = ?, bytes = ? WHERE id = ?",
                (THINNED, bytes.fromhex(name), len(data), found.id),
            )
    return Thinned(len(links) - len(kept & links.keys()), found.name)


def _chosen(
    journal: Journal, found: Sealed, whole: Segment, numbers: Sequence[int], *, all_of_it: bool
) -> tuple[dict[int, Link], set[int]]:
    """The operations that are in a segment, and which numbers stay."""
    links = {
        n: decode(entry)
        for n, entry in zip(numbers, whole.entries, strict=True)
        if not isinstance(entry, Withheld)
    }
    standing = _standing(journal, found)
    return links, standing if all_of_it else standing | _kept(links)


def _standing(journal: Journal, found: Sealed) -> set[int]:
    """The operations of a segment that are still in the database: a path stands at them."""
    rows = journal.connection.execute(
        "SELECT n FROM main.op WHERE actor = ? AND seq >= ? AND seq < ?",
        (found.actor, found.first, found.first + found.operations),
    ).fetchall()
    return {row[0] for row in rows}


def _kept(links: Mapping[int, Link]) -> set[int]:
    """The last operation of each path and day, and all that tell of Git, marks and claims."""
    last = {
        (link.op.lane, link.op.path, link.op.time // _DAY): n
        for n, link in links.items()
        if link.op.kind <= Kind.CLEAN
    }
    return {n for n, link in links.items() if link.op.kind > Kind.CLEAN} | set(last.values())


def _states(journal: Journal, links: Mapping[int, Link], kept: Collection[int]) -> _States:
    """Of each document: the text after every edit that stays, and its last state as it is."""
    ends = {(link.op.doc, link.op.lane): n for n, link in links.items() if link.op.doc}
    found: _States = {}
    for (doc, lane), end in ends.items():
        own = [n for n, link in links.items() if (link.op.doc, link.op.lane) == (doc, lane)]
        number = journal.lane_number(lane)
        at, _ = checkpoint(journal.connection, doc, number, own[0] - 1, of=own[0])
        journal.cold.reach_text(doc, lane, at, own[0] - 1)
        document = begun(journal.connection, doc, number, own[0])
        for n in own:
            if links[n].op.payload:
                document.apply([links[n].op.payload])
            if n in kept and n != end:
                found[doc, lane, n] = zlib.compress(seed(doc, str(document)), 6)
        found[doc, lane, end] = zlib.compress(document.whole(), 6)
    return found


def _keep_states(journal: Journal, links: Mapping[int, Link], states: _States) -> None:
    """Within `writing`: these, and no other of the span."""
    if not states:
        return
    numbers = sorted(links)
    for doc, lane in {(doc, lane) for doc, lane, _ in states}:
        journal.connection.execute(
            "DELETE FROM checkpoint WHERE doc = ? AND lane = ? AND n >= ? AND n <= ?",
            (doc, journal.lane_number(lane), numbers[0], numbers[-1]),
        )
    for (doc, lane, n), state in states.items():
        journal.keep_checkpoint(doc, lane, n, state)


def _tell(journal: Journal, links: Mapping[int, Link], kept: Collection[int]) -> None:
    """Within `writing`: between which operations of each path some are gone."""
    runs: dict[tuple[str, str], list[tuple[int, int]]] = {}
    is_open: set[tuple[str, str]] = set()
    for n, link in links.items():
        key = (link.op.lane, link.op.path)
        if not link.op.path:
            continue
        if n in kept:
            is_open.discard(key)
        elif key in is_open:
            runs[key][-1] = (runs[key][-1][0], n)
        else:
            runs.setdefault(key, []).append((n, n))
            is_open.add(key)
    journal.connection.executemany(
        "INSERT OR REPLACE INTO thinned VALUES (?, ?, ?, ?)",
        [
            (journal.lane_number(lane), journal.path_number(path), first, last)
            for (lane, path), some in runs.items()
            for first, last in some
        ],
    )

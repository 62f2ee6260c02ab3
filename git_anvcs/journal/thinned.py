"""What was thinned out: a path changed then, and what it held is not kept any more.

`thinned` has the numbers between which operations of a path are gone. A question that falls there
gets an entry that says so, never the state before.
"""

from collections.abc import Iterator, Mapping
import os

from git_anvcs.journal import tables
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.store import database


def instead(
    db: database.Connection, lane: str, path: str, upto: int, found: Entry | None
) -> Entry | None:
    """The same entry, or one that says that what came after it is gone."""
    after = found.n if found else 0
    row = db.execute(
        f"SELECT min(last, ?) FROM thinned WHERE lane = {tables.LANE} AND path = {tables.PATH}"  # noqa: S608
        " AND first <= ? AND last > ? ORDER BY first DESC LIMIT 1",
        (upto, lane, os.fsencode(path), upto, after),
    ).fetchone()
    return _unknown(lane, path, row[0]) if row else found


def unknown_at(
    db: database.Connection, lane: str, n: int, known: Mapping[str, int]
) -> Iterator[Entry]:
    """An entry for each path whose state after `n` is gone.

    known: path -> its newest operation up to `n` that is there
    """
    rows = db.execute(tables.THINNED_AT, (n, lane, n)).fetchall()
    for name, last in rows:
        path = os.fsdecode(name)
        if last > known.get(path, 0):
            yield _unknown(lane, path, last)


def last_before(db: database.Connection, lane: str, time: int, found: int) -> int:
    """The number up to which all had happened by then, what is thinned out included.

    found: of the last operation by then that is there. What went may have been before or after:
    it counts as before, so that no older state is taken for that of the moment.
    """
    row = db.execute(tables.THINNED_BEFORE, (lane, time)).fetchone()
    if row and row[1] > found:
        first, last, last_time = row
        if last_time <= time:
            found = int(last)
        else:
            asked = (lane, first, last, time)
            after: int | None = db.execute(tables.FIRST_AFTER, asked).fetchone()[0]
            found = max(found, int(after or last + 1) - 1)
    gone: int | None = db.execute(tables.GONE_AFTER, (lane, found)).fetchone()[0]
    return gone or found


def _unknown(lane: str, path: str, n: int) -> Entry:
    return Entry(n, Op(Kind.BLOB, lane, 0, path, flags=Flag.NOT_KEPT | Flag.THINNED))

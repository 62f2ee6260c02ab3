"""An operation with its number in this clone, and how it is read from a row."""

import os
from typing import Any, NamedTuple

from git_anvcs.journal.op import Flag, Kind, Op, Precision
from git_anvcs.store.database import Damaged

COLUMNS = (
    "op.n, op.kind, lane.name, op.time, path.name, op.doc, op.base, op.mode, op.size, op.digest,"
    " op.flags, op.precision, op.author, op.client, claim.author"
)
JOINS = (
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


def entry_of(row: tuple[Any, ...]) -> Entry:
    """A row of COLUMNS; the payload, which may be large, is asked for by itself.

    Raises Damaged (store.database) for what nobody wrote.
    """
    (n, kind, lane, time, path, doc, base, mode, size, digest, flags, precision, by, client,
     claim) = row  # fmt: skip
    try:
        op = Op(
            Kind(kind), lane, time, os.fsdecode(path or b""), doc or b"", base, mode, size, digest,
            Flag(flags), Precision(precision), by, client,
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise Damaged(f"operation #{n} of the journal is damaged: {error}") from error
    if op.kind <= Kind.CLEAN and not op.path:
        raise Damaged(f"operation #{n} of the journal has no path")
    return Entry(n, op, claim)

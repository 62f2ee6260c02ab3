"""Whether a text may have been somewhere else until now.

Whoever put it there need not have written it.
"""

from git_anvcs.journal.op import Kind
from git_anvcs.journal.reading import Entry, Reading

# A command that moves a file is over by then, and looks may have come in between.
_SECONDS = 60.0
_NEAR = 200  # operations


def may_be_moved(journal: Reading, entry: Entry) -> bool:
    """Whether another file of the lane went about when this operation was made."""
    op = entry.op
    near = journal.between(op.lane, entry.n - _NEAR, entry.n + _NEAR)
    return any(
        one.op.kind is Kind.DELETE
        and one.op.path != op.path
        and abs(one.op.seconds - op.seconds) <= _SECONDS
        for one in near
    )

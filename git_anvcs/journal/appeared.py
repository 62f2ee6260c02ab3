"""Whether a text may have been somewhere else until now.

Whoever put it there need not have written it.
"""

from collections.abc import Sequence

from git_anvcs.journal import clock
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Kind
from git_anvcs.journal.reading import Reading

# A command that moves a file is over by then, and looks may have come in between.
_SECONDS = 60.0
_MOST = 20_000  # operations; among more, anything may have been moved


class Moved:
    """What went from a lane about when some of its operations were made."""

    def __init__(self, journal: Reading, entries: Sequence[Entry]) -> None:
        """entries: of one lane, oldest first, at least one"""
        lane = entries[0].op.lane
        first, last = entries[0].op.seconds - _SECONDS, entries[-1].op.seconds + _SECONDS
        after = journal.last_before(lane, clock.at(first))
        upto = journal.last_before(lane, clock.end_of(last))
        self._unknown = upto - after > _MOST
        near = [] if self._unknown else journal.between(lane, after, upto)
        self._gone = [e.op for e in near if e.op.kind is Kind.DELETE]

    def perhaps(self, entry: Entry) -> bool:
        """Whether another file went about when this operation was made."""
        op = entry.op
        return self._unknown or any(
            one.path != op.path and abs(one.seconds - op.seconds) <= _SECONDS for one in self._gone
        )

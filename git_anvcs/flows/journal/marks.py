"""What a MARK of the journal tells: of an undo, a revert, a worktree made anew, a purge."""

import json
from typing import NamedTuple

from git_anvcs.journal import begun, bursts, reverts
from git_anvcs.journal.bursts import Span


class Mark(NamedTuple):
    """undo: the span that an undo took back; reverted: the session whose work was taken back

    own: the operations that doing so made, the mark of its beginning among them
    unfinished: it was begun, and this does not tell of its end
    became: the lane that a deleted worktree was made anew as; purged: so many operations were
    """

    undo: Span | None = None
    reverted: str = ""
    own: Span | None = None
    unfinished: bool = False
    became: str = ""
    purged: int = 0


def unpack(n: int, payload: bytes) -> Mark:
    """Of the MARK with this number; of one that tells of nothing known, nothing."""
    if revert := reverts.unpack(payload):
        return Mark(None, revert.session, revert.own, unfinished=revert.own is None)
    if undone := bursts.unpack(n, payload):
        return Mark(undone.span, own=undone.own)
    if found := begun.unpack(n, payload):
        return Mark(found.span, unfinished=True)
    try:
        facts = json.loads(payload)
        return Mark(became=str(facts.get("back", "")), purged=int(facts.get("purged", 0)))
    except (ValueError, TypeError, AttributeError):
        return Mark()

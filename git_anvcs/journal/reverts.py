"""The MARKs of a revert: one before anything is written, one when all of it is."""

import json
from typing import NamedTuple

from git_anvcs.journal.bursts import Span


class Revert(NamedTuple):
    """session: whose work is taken back; own: what that changed, None as long as it is begun"""

    session: str
    own: Span | None = None


def pack(revert: Revert) -> bytes:
    """As a mark of an undo that took back no span: what it changed is no destruction."""
    facts: dict[str, object] = {"revert": revert.session}
    if revert.own:
        facts |= {"undo": [revert.own.upto, revert.own.upto], "own": list(revert.own)}
    return json.dumps(facts).encode()


def unpack(payload: bytes) -> Revert | None:
    """What a MARK tells; None when it tells of no revert."""
    try:
        facts = json.loads(payload)
        own = Span(*map(int, facts["own"])) if "own" in facts else None
        return Revert(str(facts["revert"]), own)
    except (ValueError, KeyError, TypeError):
        return None

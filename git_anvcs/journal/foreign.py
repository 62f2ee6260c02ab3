"""What the lanes of other clones are called here: `<first 8 hex of the actor>/<lane>`."""

import re

_SHORT = 8
_FOREIGN = re.compile(r"[0-9a-f]{8,32}/")


def name_of(actor: bytes, lane: str, *, whole: bool = False) -> str:
    """The name of an actor's lane. whole: with all of the actor, where two begin alike"""
    name = actor.hex()
    return f"{name if whole else name[:_SHORT]}/{lane}"


def is_foreign(lane: str) -> bool:
    """Whether it is a lane of another clone; ours are `.` and `worktrees/NAME`."""
    return _FOREIGN.match(lane) is not None


def is_of(lane: str, actor: bytes) -> bool:
    """Whether it is a lane of this actor."""
    return is_foreign(lane) and actor.hex().startswith(lane.partition("/")[0])


def said(lane: str) -> str:
    """What its own clone calls the lane: so it is in the operation's bytes, and their digest."""
    found = _FOREIGN.match(lane)
    return lane[found.end() :] if found else lane

"""Story: a tool without hooks says afterwards whose the saves of the last minutes are."""

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import clock as logical
from git_anvcs.journal.op import Flag
from git_anvcs.kernel import clock


def claim(here: Opened, by: str, since: float) -> int:
    """What nobody is known for in this worktree since then is theirs; how many operations.

    since: seconds since the epoch. Nothing that Git did. Raises CannotWrite.
    """
    journal = here.journal
    after = journal.last_before(here.lane, logical.end_of(since))
    found = journal.between(here.lane, after, journal.last())
    mine = [e.n for e in found if e.op.path and not e.by and not e.op.flags & Flag.BY_GIT]
    if mine:
        with journal.writing():
            journal.claim(here.lane, by, mine, clock.now())
    return len(mine)

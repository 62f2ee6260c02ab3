"""Story: is the journal of this repository whole, with the commits it keeps from Git's gc?"""

from git_anvcs.flows.journal.kept import KEPT
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git import objects
from git_anvcs.journal import checking
from git_anvcs.journal.checking import Report


def check(here: Opened, *, full: bool = False) -> Report:
    """What `checking` finds, and kept commits that Git has lost. Raises GitFailed, Damaged."""
    found = checking.check(here.journal, full=full)
    listed = here.repo.git("for-each-ref", "--format=%(objectname)", KEPT)
    kept = listed.decode().split()
    ids = objects.ids(here.repo, kept) if kept else []
    lost = [oid for oid, there in zip(kept, ids, strict=True) if there is None]
    problems = [f"Git has lost {oid}, which the journal keeps" for oid in lost]
    return found._replace(problems=(*found.problems, *problems))

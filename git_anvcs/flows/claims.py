"""What agents' events say about commits: the seam between the drain and the agents' intake.

The drain folds every `agent` and `context` line of the spool into what is pending, in spool
order, and asks for a claim when a commit comes. The pending value is plain JSON for all
worktrees together; it is saved with the spool's mark in one file, so a crash can neither lose
nor double it.
"""

from collections.abc import Mapping

from git_anvcs.git.repo import Repo
from git_anvcs.provenance.subject import Facts

Pending = dict[str, object]
Claim = dict[str, object]


def fold(repo: Repo, pending: Pending, worktree: str, line: Mapping[str, object]) -> Pending:
    """What is pending after one more `agent` or `context` line. Raises ValueError: set aside."""
    return pending


def claim_for(
    repo: Repo, pending: Pending, worktree: str, facts: Facts, line: Mapping[str, object]
) -> tuple[Claim, Pending]:
    """The claim for a commit (empty: nothing is known) and what is pending after it.

    line: what the hook saw of it (docs/formats/spool.md); empty when only the reflog tells
    """
    return {}, pending

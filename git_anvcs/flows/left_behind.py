"""Story: HEAD was set back and what it left is committed anew, in other pieces.

`git reset` says so in HEAD's reflog. The commits it left are no proof of who made the new one,
but their lines, found again, keep their owners.
"""

from git_anvcs.flows.made import Made
from git_anvcs.git import reflog
from git_anvcs.git.reflog import Move
from git_anvcs.git.repo import Repo

_RECENT_MOVES = 40
_MOST_RESETS = 4
_MOST = 50


def commits_of(repo: Repo, made: Made) -> list[str]:
    """The commits that resets shortly before `made` left behind, the newest first."""
    moves = reflog.recent(repo, repo.common_dir / made.worktree)
    before = _before(moves, made.oid)
    resets = [m for m in before if m.message.startswith("reset: ") and m.old.strip("0")]
    found: dict[str, None] = {}
    for move in resets[::-1][:_MOST_RESETS]:
        listed = repo.try_git("rev-list", f"-n{_MOST}", move.old, f"^{move.new}", "--")
        found.update(dict.fromkeys(listed.stdout.decode().split()))
    return list(found)[:_MOST]


def _before(moves: list[Move], oid: str) -> list[Move]:
    """The moves that came shortly before a commit was made."""
    at = next((i for i in range(len(moves) - 1, -1, -1) if moves[i].new == oid), 0)
    return moves[max(0, at - _RECENT_MOVES) : at]

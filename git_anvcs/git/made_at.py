"""When a commit was made here: by what it says itself, and by when its object was written.

What it says need not be true: `GIT_COMMITTER_DATE`, `rebase --committer-date-is-author-date` and
many tools set it.
"""

from git_anvcs.git.commits import Commit
from git_anvcs.git.repo import Repo


def said(commit: Commit) -> float:
    """The second it says it was made in."""
    words = commit.committer.rsplit(" ", 2)
    return float(words[1]) if len(words) == 3 and words[1].isdecimal() else 0.0


def latest(repo: Repo, commit: Commit) -> float:
    """The moment after which it was surely there. What it says is a whole second."""
    written = _written(repo, commit)
    coarse = 1 if written.is_integer() else 0  # a file system that counts seconds
    return max(said(commit) + 1, written + coarse)


def _written(repo: Repo, commit: Commit) -> float:
    """When its object was written; 0 when it is part of a pack, which tells nothing."""
    try:
        return (repo.common_dir / "objects" / commit.oid[:2] / commit.oid[2:]).stat().st_mtime
    except OSError:
        return 0.0

"""The worktrees of a repository that are there."""

from contextlib import suppress
import os
from pathlib import Path

from git_anvcs.git.repo import NotARepository, Repo
from git_anvcs.kernel.errors import AnvcsError


def of(repo: Repo) -> list[Repo]:
    """Each of them, the main one first; without those that are gone. Raises GitFailed."""
    listed = repo.git("worktree", "list", "--porcelain", "-z").split(b"\0")
    roots = [Path(os.fsdecode(line[9:])) for line in listed if line.startswith(b"worktree ")]
    found = []
    for root in roots:
        with suppress(NotARepository, OSError, AnvcsError):
            one = Repo.discover(root)
            if not one.bare and one.root.is_dir():
                found.append(one)
    return found

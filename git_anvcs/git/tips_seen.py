"""Where HEAD, every branch, tag and stash are: what a look at a repository can compare later."""

import os

from git_anvcs.git import refs, stash
from git_anvcs.git.repo import Repo

# What people move; remotes move by themselves, and ours nobody should.
PLACES = ("refs/heads", "refs/tags")
STASH = "stash:"
MOST_STASHES = 1000
HEAD = "HEAD"
BRANCH = "HEAD:branch"
# The tree of what is staged, where that is not as HEAD has it.
INDEX = "HEAD:index"


def shared(repo: Repo) -> dict[str, str]:
    """Refs and their ids; each stash under its own name, since their list moves them on."""
    found = refs.read(repo, *PLACES)
    return found | {f"{STASH}{oid}": oid for oid in stash.listed(repo, most=MOST_STASHES)}


def own(repo: Repo, head: str, branch: str) -> dict[str, str]:
    """HEAD of one worktree: the commit, and the branch when it is on one."""
    found = {HEAD: head, BRANCH: branch}
    return {name: value for name, value in found.items() if value}


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Name -> what it was and what it is; empty for nothing."""
    names = sorted(before.keys() | after.keys(), key=os.fsencode)
    pairs = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}

"""Which refs somebody is in the middle of: they must not be moved under their feet, and why."""

import os
from pathlib import Path

from git_anvcs.git.repo import Repo
from git_anvcs.git.tips_seen import BRANCH

_UNFINISHED = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
}

_REBASES = ("rebase-merge", "rebase-apply")


def refs(repo: Repo, branch: str) -> dict[str, str]:
    """Each such ref with the reason. branch: the one HEAD is on, empty for none

    HEAD and its branch, while what is in progress would be committed on top of them; a branch that
    another worktree has, whose files and index would not follow; one that is being rebased, and
    which one HEAD is on meanwhile.
    """
    found = {ref: f"it is checked out in {root}: undo there" for ref, root in elsewhere(repo)}
    found |= dict.fromkeys(_rebased(repo.common_dir), "it is being rebased")
    if any((repo.git_dir / name).is_dir() for name in _REBASES):
        found[BRANCH] = "a rebase is in progress: finish or abort it first"
    for name, what in _UNFINISHED.items():
        if (repo.git_dir / name).exists():
            why = f"{what} is in progress: finish or abort it first"
            found |= dict.fromkeys(filter(None, ("HEAD", BRANCH, branch)), why)
    return found


def elsewhere(repo: Repo) -> list[tuple[str, str]]:
    """The branches of the other worktrees, each with where that is."""
    listed = os.fsdecode(repo.git("worktree", "list", "--porcelain", "-z"))
    # The main one stands first, of a submodule by where its Git directory is.
    is_main = repo.git_dir.resolve() == repo.common_dir
    found = []
    for entry in listed.split("\0\0")[1 if is_main else 0 :]:
        facts = dict(line.partition(" ")[::2] for line in entry.split("\0"))
        root = facts.get("worktree", "")
        if "branch" in facts and Path(root) != repo.root:
            found.append((facts["branch"], root))
    return found


def _rebased(common_dir: Path) -> list[str]:
    places = [common_dir, *(common_dir / "worktrees").glob("*")]
    files = [place / name / "head-name" for place in places for name in _REBASES]
    return [os.fsdecode(file.read_bytes().strip()) for file in files if file.is_file()]

"""The files that both sides of a merge changed, across renames."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.git import tree_diff
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.git.tree_diff import Blob, Changes


class Both(NamedTuple):
    """A file that both sides changed, each in its own way; base: None where both added it."""

    path: str
    base: Blob | None
    ours: Blob
    theirs: Blob


def of_trees(
    repo: Repo, base: str, ours: str, theirs: str, env: Mapping[str, str] | None = None
) -> list[Both]:
    """Regular files by their path in the merge, sorted; trees as ids.

    A file that both sides renamed to different names is left out: Git asks a person. In a partial
    clone that lacks what a rename would be seen by, renames are not followed.
    """
    pairs = [(base, ours), (base, theirs)]
    try:
        mine, yours = tree_diff.changes(repo, pairs, renames=True, env=env)
    except GitFailed:
        mine, yours = tree_diff.changes(repo, pairs, env=env)
    others = _by_origin(yours)
    found = []
    for origin, (path, before, our) in _by_origin(mine).items():
        if origin not in others:
            continue
        other, _, their = others[origin]
        renamed = path if path != origin else other
        one_name = origin in (path, other) or path == other
        if one_name and our.oid != their.oid and our.is_file and their.is_file:
            found.append(Both(renamed, before, our, their))
    return sorted(found)


def _by_origin(changes: Changes) -> dict[str, tuple[str, Blob | None, Blob]]:
    """Path in the base (or the new path) -> path now, what was there, what is there now."""
    return {
        change.source or path: (path, change.before, change.after)
        for path, change in changes.items()
        if change.after is not None
    }

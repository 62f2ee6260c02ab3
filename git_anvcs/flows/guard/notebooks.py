"""The notebooks that a merge has written, as no side has them: they must run."""

from collections.abc import Iterable, Sequence

from git_anvcs.flows.guard.checks import Check, of_notebook
from git_anvcs.git import tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.merge.registry import format_of


def checks_of(repo: Repo, merges: Iterable[tuple[str, Sequence[str]]]) -> list[Check]:
    """A check for each of them, by path.

    merges: the tree of each merge with the trees of its sides
    """
    found: set[str] = set()
    for tree, sides in merges:
        changed = tree_diff.changes(repo, [(side, tree) for side in dict.fromkeys(sides)])
        merged = set.intersection(*map(set, changed)) if changed else set()
        found |= {
            path
            for path in merged
            if format_of(path) == "notebook" and changed[0][path].after is not None
        }
    return [of_notebook(path) for path in sorted(found)]

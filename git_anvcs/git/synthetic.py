"""Commits that exist only so that Git's merge finds the bases its caller has chosen."""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.git import objects
from git_anvcs.git.called import CalledRepo
from git_anvcs.kernel.errors import AnvcsError

NOBODY = "git-anvcs <> 0 +0000"


class Pair(NamedTuple):
    """Two commits to merge, their trees, and the trees of their merge bases."""

    ours: str
    theirs: str
    our_tree: str
    their_tree: str
    base_trees: tuple[str, ...]


class Unknown(AnvcsError):
    """A name that stands for no tree."""


def pair(repo: CalledRepo, ours: str, theirs: str, bases: Sequence[str]) -> Pair:
    """Commits of these trees whose merge bases are just `bases`.

    The given ones where they are commits and Git finds the same bases by itself; a cherry-pick,
    a revert and a rebase choose another, and may name a tree instead of a commit.
    """
    names = (ours, theirs, *bases)
    asked = [f"{name}^{{{kind}}}" for kind in ("commit", "tree") for name in names]
    found = objects.ids(repo, asked)
    commits, trees = found[: len(names)], [one for one in found[len(names) :] if one]
    if len(trees) != len(names):
        raise Unknown("one of the commits to merge is not in this clone")
    our_tree, their_tree, *base_trees = trees
    if None not in commits and _bases(repo, ours, theirs) == set(commits[2:]):
        chosen = (str(commits[0]), str(commits[1]))
    else:
        chosen = _made(repo, trees, [one for one in commits[2:] if one])
    return Pair(*chosen, our_tree, their_tree, tuple(base_trees))


def joined(repo: CalledRepo, tree: str, parents: Sequence[str]) -> str:
    """A commit of this tree over these parents."""
    commit = objects.make(repo, "commit", _text(tree, parents))
    objects.write(repo, [commit])
    return commit.oid


def bases(repo: CalledRepo, ours: str, theirs: str) -> list[str]:
    """All merge bases of two commits."""
    return repo.git("merge-base", "--all", ours, theirs, allow=(0, 1)).decode().split()


def _bases(repo: CalledRepo, ours: str, theirs: str) -> set[str]:
    return set(bases(repo, ours, theirs))


def _made(repo: CalledRepo, trees: Sequence[str], known: Sequence[str]) -> tuple[str, str]:
    """Two commits over the bases; the bases themselves where they are commits, for criss-cross."""
    our_tree, their_tree, *base_trees = trees
    roots = [] if len(known) == len(base_trees) else [_root(repo, tree) for tree in base_trees]
    parents = [root.oid for root in roots] or list(known)
    sides = [
        objects.make(repo, "commit", _text(tree, parents) + side)
        for tree, side in ((our_tree, b"ours\n"), (their_tree, b"theirs\n"))
    ]
    objects.write(repo, [*roots, *sides])
    return sides[0].oid, sides[1].oid


def _root(repo: CalledRepo, tree: str) -> objects.Object:
    return objects.make(repo, "commit", _text(tree, ()))


def _text(tree: str, parents: Sequence[str]) -> bytes:
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    return "\n".join([*lines, f"author {NOBODY}", f"committer {NOBODY}", "", ""]).encode()

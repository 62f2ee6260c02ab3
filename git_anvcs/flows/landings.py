"""What is put together in a commit: the sides, what they started from, what came out, as trees.

A merge says it by itself. A squash, a rebase or a pick says it where its record knows the commits
it was made from.
"""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.git.ancestry import Ancestry, Node
from git_anvcs.provenance.record import Record

_SQUASHES = ("squash", "server-merge")
_PICKS = ("rebase", "cherry-pick")


class Landing(NamedTuple):
    """Work that came together in one commit.

    sides: the commits whose work it must hold; the first one is what it landed on
    bases: the commits they started from; several where the histories crossed; none: unrelated
    trees, base_trees: of these, in the same order; result: the tree of the commit
    """

    commit: str
    kind: str
    sides: tuple[str, ...]
    bases: tuple[str, ...]
    trees: tuple[str, ...]
    base_trees: tuple[str, ...]
    result: str


class Unjudged(NamedTuple):
    """A commit that nothing can be said of here, and why."""

    commit: str
    why: str


def of_commit(
    ancestry: Ancestry, commit: str, records: Mapping[str, Record]
) -> Landing | Unjudged | None:
    """What landed in a commit (full id); None where nothing did: an ordinary commit."""
    node = ancestry.node(commit)
    if node is None:
        return Unjudged(commit, "the commit is not in this clone")
    if len(node.parents) > 1:
        return _joined(ancestry, commit, "merge", node.parents)
    record = records.get(commit)
    step = record.lineage[-1] if record and record.lineage else {}
    origins = step.get("from")
    if len(node.parents) != 1 or not isinstance(origins, list):
        return None
    here = [oid for oid in origins if isinstance(oid, str) and ancestry.node(oid)]
    if step.get("op") in _PICKS and len(here) == len(origins) == 1:
        return _picked(ancestry, commit, str(step["op"]), here[0])
    if step.get("op") in _SQUASHES and here:
        return _squashed(ancestry, commit, here, whole=len(here) == len(origins))
    return None


def _joined(
    ancestry: Ancestry, commit: str, kind: str, sides: tuple[str, ...]
) -> Landing | Unjudged:
    """Several sides with what they share."""
    nodes = [ancestry.node(side) for side in sides]
    if any(node is None for node in nodes):
        return Unjudged(commit, "a parent is not in this clone")
    bases = ancestry.bases(*sides)
    unseen = any(ancestry.node(base) is None for base in bases.commits)
    if unseen or (not bases.commits and not bases.whole):
        return Unjudged(commit, "what its sides started from is not in this clone")
    return Landing(
        commit,
        kind,
        sides,
        bases.commits,
        _trees(ancestry, sides),
        _trees(ancestry, bases.commits),
        _node(ancestry, commit).tree,
    )


def _picked(ancestry: Ancestry, commit: str, kind: str, origin: str) -> Landing | Unjudged | None:
    """A copy of one commit: its change, from its own parent, on another one."""
    source, made = _node(ancestry, origin), _node(ancestry, commit)
    if len(source.parents) != 1:
        return None
    base, onto = ancestry.node(source.parents[0]), ancestry.node(made.parents[0])
    if base is None or onto is None:
        return Unjudged(commit, "what it was picked from is not in this clone")
    sides = (made.parents[0], origin)
    trees = (onto.tree, source.tree)
    return Landing(commit, kind, sides, source.parents, trees, (base.tree,), made.tree)


def _squashed(
    ancestry: Ancestry, commit: str, origins: list[str], *, whole: bool
) -> Landing | Unjudged:
    """All of a branch as one commit: its tip is the origin that no other one came after."""
    before = {parent for origin in origins for parent in _node(ancestry, origin).parents}
    tips = [origin for origin in origins if origin not in before]
    if len(tips) != 1 or not whole:
        return Unjudged(commit, "the branch that was squashed is not known as a whole")
    return _joined(ancestry, commit, "squash", (_node(ancestry, commit).parents[0], tips[0]))


def _trees(ancestry: Ancestry, commits: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_node(ancestry, commit).tree for commit in commits)


def _node(ancestry: Ancestry, commit: str) -> Node:
    node = ancestry.node(commit)
    assert node is not None, commit  # noqa: S101 - looked at before
    return node

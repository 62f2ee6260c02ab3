"""A merge of several branches, taken apart into the steps in which Git makes it: one after another.

The trees between are nowhere in the history. They are made again in memory; where a step conflicts
there, a path is as the commit has it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from git_anvcs.flows import both_sides, scratch
from git_anvcs.flows.review.subject import Subject
from git_anvcs.git import merge_trees, objects, rebuilt, synthetic, tree_diff
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Blob


class _Step(NamedTuple):
    """One branch merged onto what there was: trees, and the tree that came of it."""

    base: str
    ours: str
    theirs: str
    made: str
    bases: int


@contextmanager
def steps(
    repo: Repo, subject: Subject, env: Mapping[str, str]
) -> Iterator[tuple[Repo, list[Subject]]]:
    """The merges of two sides that a subject is made of, and a repository that has their trees.

    env: the caller's environment
    """
    if not subject.heads:
        yield repo, [subject]
        return
    with scratch.variables(repo, env) as variables:
        seen = CalledRepo(repo.root, repo.git_dir, repo.common_dir, bare=repo.bare)
        named = {"GIT_DIR": str(repo.git_dir)} if repo.bare else {}
        seen.env = {**named, **variables}
        found = list(_folded(seen, subject))
        yield seen, [_seen(seen, subject, found, place) for place in range(len(found))]


def _folded(repo: CalledRepo, subject: Subject) -> Iterator[_Step]:
    head, _ = subject.heads[0]
    for theirs, _ in subject.heads[1:]:
        bases = synthetic.bases(repo, head, theirs)
        pair = synthetic.pair(repo, head, theirs, bases)
        [merged] = merge_trees.merge(repo, [(head, theirs)])
        tree = merged.tree
        if merged.conflicts and subject.result_tree:
            tree = _with_paths_of(repo, tree, subject.result_tree, merged.conflicts)
        base = pair.base_trees[0] if pair.base_trees else objects.make(repo, "tree", b"").oid
        yield _Step(base, pair.our_tree, pair.their_tree, tree, len(bases))
        head = synthetic.joined(repo, tree, (head, theirs))


def _with_paths_of(repo: CalledRepo, tree: str, other: str, paths: Sequence[str]) -> str:
    """The tree with these paths as another tree has them."""
    rows = objects.read(repo, [f"{other}:{path}" for path in paths])
    texts = {path: one.data for path, one in zip(paths, rows, strict=True) if one}
    there = {path for path, one in zip(paths, _blobs(repo, tree, paths), strict=True) if one}
    gone = [path for path in there if path not in texts]
    kept = {path: text for path, text in texts.items() if path in there}
    return rebuilt.tree(repo, tree, kept, {}, gone)


def _blobs(repo: CalledRepo, tree: str, paths: Sequence[str]) -> list[str | None]:
    return objects.ids(repo, [f"{tree}:{path}" for path in paths])


def _seen(repo: CalledRepo, subject: Subject, found: Sequence[_Step], place: int) -> Subject:
    """One step, to be judged by what the octopus has; where later steps went on, by its own."""
    step = found[place]
    later = {
        one.path
        for after in found[place + 1 :]
        for one in both_sides.of_trees(repo, after.base, after.ours, after.theirs)
    }
    [changes] = tree_diff.changes(repo, [(step.ours, step.made)])
    passing = {path: one.after for path, one in changes.items() if path in later}
    return subject._replace(
        theirs=subject.heads[place + 1][1],
        base_tree=step.base,
        our_tree=step.ours,
        their_tree=step.theirs,
        bases=step.bases,
        passing={path: _oid(blob) for path, blob in passing.items()},
        last=place == len(found) - 1,
    )


def _oid(blob: Blob | None) -> str:
    return blob.oid if blob else ""

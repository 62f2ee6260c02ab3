"""The three versions of all files that one of two sides changed, by path."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from git_anvcs.flows.whole_tree.sides import changes
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.ort import Staged
from git_anvcs.git.synthetic import Pair
from git_anvcs.merge.across.tree import Three

MANY = 2000  # files; a merge of more is not looked into across files

Stages = Mapping[str, Mapping[int, Staged]]


class Changed(NamedTuple):
    """The texts of the changed files, and the modes they have on a side."""

    files: dict[str, Three]
    modes: dict[str, str]


def changed(tree: Tree, ends: Collection[str], opened: Stages) -> Changed:
    """The regular files with these extensions; none when they are too many.

    opened: what is open is read from these stages: Git may have found it under another name
    """
    found = by_path(tree.repo, tree.pair)
    found.update({path: dict(stages) for path, stages in opened.items()})
    wanted = {
        path: versions
        for path, versions in found.items()
        if path.rpartition(".")[2] in ends and all(one.regular for one in versions.values())
    }
    if len(wanted) > MANY:
        return Changed({}, {})
    texts = tree.texts.of(one.oid for versions in wanted.values() for one in versions.values())
    files = {
        path: Three(*(texts.get(versions[n].oid) if n in versions else None for n in (1, 2, 3)))
        for path, versions in wanted.items()
        if all(one.oid in texts for one in versions.values())
    }
    return Changed(files, {path: _mode(wanted[path]) for path in files})


def by_path(repo: CalledRepo, pair: Pair) -> dict[str, dict[int, Staged]]:
    """Every path that a side changed, with its version in the base (1), ours (2), theirs (3)."""
    base = pair.base_trees[0]
    sides = [changes(repo, base, tree, "--no-renames") for tree in (pair.our_tree, pair.their_tree)]
    found: dict[str, dict[int, Staged]] = {}
    for one in (change for side in sides for change in side):
        if one.status != "A":
            found[one.new] = dict.fromkeys((1, 2, 3), one.before)
    for stage, side in zip((2, 3), sides, strict=True):
        for one in side:
            if one.status == "D":
                found[one.new].pop(stage)
            else:
                found.setdefault(one.new, {})[stage] = one.after
    return found


def there(repo: CalledRepo, tree: str, paths: Collection[str]) -> dict[str, Staged]:
    """The blobs of those of the paths that are regular files of a tree."""
    if not paths:
        return {}
    rows = repo.git("--literal-pathspecs", "ls-tree", "-r", "-z", tree, "--", *paths).split(b"\0")
    found = {}
    for row in rows[:-1]:
        facts, _, path = row.decode(errors="surrogateescape").partition("\t")
        mode, _kind, oid = facts.split(" ")
        found[path] = Staged(mode, oid)
    return {path: blob for path, blob in found.items() if blob.regular}


def _mode(versions: Mapping[int, Staged]) -> str:
    """The mode that a side changed, else the one that all have."""
    base = versions.get(1)
    found = [versions[stage].mode for stage in (2, 3) if stage in versions]
    return next((mode for mode in found if base is None or mode != base.mode), found[0])

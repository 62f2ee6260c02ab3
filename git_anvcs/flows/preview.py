"""Story: what would this merge do? Done in memory, judged, and thrown away."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows import differences, radar, scratch, verify
from git_anvcs.flows.findings import Finding
from git_anvcs.flows.radar import Functions
from git_anvcs.git import merge_trees, objects, tree_diff
from git_anvcs.git.ancestry import open_ancestry
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Blob
from git_anvcs.merge import engine
from git_anvcs.merge.difference.item import Difference
from git_anvcs.merge.result import Conflict, Options, Resolution, Versions

_US = {
    "GIT_AUTHOR_NAME": "git-anvcs",
    "GIT_AUTHOR_EMAIL": "git-anvcs",
    "GIT_COMMITTER_NAME": "git-anvcs",
    "GIT_COMMITTER_EMAIL": "git-anvcs",
}


class File(NamedTuple):
    """A path that both sides changed: what our rules decide in it, what they leave open."""

    path: str
    format: str
    resolutions: tuple[Resolution, ...]
    conflicts: tuple[Conflict, ...]


class Preview(NamedTuple):
    """What a merge of `source` into `target` (ids) would make.

    conflicts: paths that would conflict, deleted and renamed ones too
    files: of the paths both sides changed, those in which something is decided or left open
    changed: path -> functions, of the target, that the merge would change
    findings: what `verify` says of the result; of a clean merge only
    differences: what would differ in the target, by what it means; of a clean merge only
    """

    target: str
    source: str
    base: str
    conflicts: tuple[str, ...]
    files: tuple[File, ...]
    changed: Functions
    findings: tuple[Finding, ...]
    differences: tuple[Difference, ...]


def of_merge(repo: Repo, target: str, source: str, env: Mapping[str, str]) -> Preview:
    """The merge of one commit (full id) into another; env: the caller's environment."""
    with scratch.variables(repo, env) as own:
        here = repo.within(own)
        [outcome] = merge_trees.merge(here, [(target, source)])
        with open_ancestry(here) as ancestry:
            found = ancestry.bases(target, source).commits
            nodes = [ancestry.node(oid) for oid in (*found[:1], target, source)]
        trees = [node.tree for node in nodes if node is not None]
        files = tuple(_files(here, trees)) if found else ()
        [changes] = tree_diff.changes(here, [(trees[-2], outcome.tree)])
        way = (trees[-2], outcome.tree)
        functions = radar.functions_on(here, [way], list(changes), {}).get(way, {})
        findings: tuple[Finding, ...] = ()
        told: tuple[Difference, ...] = ()
        if outcome.clean:
            parents = ("-p", target, "-p", source)
            merged = here.line("commit-tree", outcome.tree, *parents, "-m", "preview", env=_US)
            findings = verify.check(here, merged)
            told = tuple(differences.of_trees(here, trees[-2], outcome.tree))
    changed = {path: functions.get(path, frozenset()) for path in changes}
    base = found[0] if found else ""
    return Preview(target, source, base, outcome.conflicts, files, changed, findings, told)


def _files(repo: Repo, trees: Sequence[str]) -> Iterator[File]:
    """The files that both sides changed, merged one by one."""
    base, target, source = trees
    ours, theirs = tree_diff.changes(repo, [(base, target), (base, source)])
    wanted: dict[str, tuple[Blob | None, Blob, Blob]] = {}
    for path in ours.keys() & theirs.keys():
        before, mine, yours = ours[path].before, ours[path].after, theirs[path].after
        if mine and yours and mine.is_file and yours.is_file and mine.oid != yours.oid:
            wanted[path] = before, mine, yours
    asked = dict.fromkeys(blob.oid for blobs in wanted.values() for blob in blobs if blob)
    read = objects.read(repo, asked, env=objects.NO_FETCH)
    texts = {found.oid: found.data for found in read if found}
    for path, (before, mine, yours) in sorted(wanted.items()):
        known = texts.get(before.oid) if before else b""
        if known is None or mine.oid not in texts or yours.oid not in texts:
            continue
        versions = Versions(known, texts[mine.oid], texts[yours.oid])
        merged = engine.merge(versions, Options(path=path))
        if merged.resolutions or merged.conflicts:
            yield File(path, merged.format, merged.resolutions, merged.conflicts)

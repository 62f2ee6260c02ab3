"""Story: the driver alone has met a lock file that nobody can merge; its command writes it anew.

The driver sees one file, and Git merges the manifest beside it before or after. No hook runs at
the end of a merge that stops. So the same merge is done once more in memory, with the drivers that
are wired here, and the command runs in a throw-away worktree of what that gives. That it is the
same merge is proved: it leaves the very three versions open that Git has handed to the driver.
"""

from collections.abc import Mapping
from posixpath import dirname
import re
from typing import NamedTuple

from git_anvcs.flows import places, relocking
from git_anvcs.flows.relocking import Failed, Rule
from git_anvcs.git import merge_trees, objects, scratch_repo, synthetic
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.merge_trees import Open
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.merge.locks import table
from git_anvcs.merge.result import Labels, Versions

# What a pick and a revert write behind the markers: "1a2b3c4 (subject)", "parent of 1a2b3c4 (…)".
_PICKED = re.compile(r"(parent of )?([0-9a-f]{4,64}) \(")


class Written(NamedTuple):
    """The lock file as the command wrote it."""

    rule: Rule
    text: bytes


class Joined(NamedTuple):
    """What is merged into HEAD: a commit, and the base where that is not for Git to find."""

    theirs: str
    base: str


def written(
    path: str, versions: Versions, labels: Labels, env: Mapping[str, str]
) -> Written | None:
    """The lock file anew; None where no command is in force for it. Raises Failed, AnvcsError.

    labels: what Git writes behind the markers, which tells what it merges
    env: all that Git gave the driver
    """
    repo = CalledRepo.called(env).with_env(ANVCS_TRIAL="1")
    rule = relocking.rule_for(path, relocking.rules(repo, env))
    if rule is None:
        return None
    found = _merged(repo, path, versions, joined(labels, env))
    folder = dirname(path)
    beside = [one for one in found.stages if dirname(one) == folder and not table.command(one)]
    try:
        with places.taken(repo) as root, scratch_repo.opened(repo, root, {}) as here:
            here.show(synthetic.joined(repo, found.tree, ()))
            return Written(rule, relocking.written(here.root, path, rule, beside))
    except OSError as error:
        raise Failed(f"no worktree to write it in: {error.strerror}") from error


def joined(labels: Labels, env: Mapping[str, str]) -> Joined | None:
    """What Git merges, by the names it gives; None: it does not tell."""
    heads = [key.removeprefix("GITHEAD_") for key in env if key.startswith("GITHEAD_")]
    others = [oid for oid in heads if env[f"GITHEAD_{oid}"] != "HEAD"]
    if len(others) == 1:
        return Joined(others[0], "")
    theirs, base = _PICKED.match(labels.theirs), _PICKED.match(labels.base)
    if not theirs or not base or theirs[2] != base[2] or bool(theirs[1]) == bool(base[1]):
        return None
    return Joined(_commit(theirs), _commit(base))


def _commit(label: re.Match[str]) -> str:
    return f"{label[2]}^" if label[1] else label[2]


def _merged(repo: CalledRepo, path: str, versions: Versions, one: Joined | None) -> Open:
    """The merge that is going on, done in memory. Raises Failed where that cannot be proved."""
    if one is None:
        raise Failed("Git does not tell a driver here which commits it merges")
    try:
        bases = [one.base] if one.base else synthetic.bases(repo, "HEAD", one.theirs)
        pair = synthetic.pair(repo, "HEAD", one.theirs, bases)
        found = merge_trees.left_open(repo, [(pair.ours, pair.theirs)])[0]
    except AnvcsError as error:
        raise Failed(f"the merge cannot be done in memory: {error.message}") from error
    here = {stage: blob.oid for stage, blob in found.stages.get(path, {}).items()}
    if here != _stages(repo, versions, with_base=1 in here):
        raise Failed("the merge in memory is not the one that Git does")
    return found


def _stages(repo: CalledRepo, versions: Versions, *, with_base: bool) -> dict[int, str]:
    """What an index has of a path with these versions; no base is an empty one to a driver."""
    return {
        stage: objects.make(repo, "blob", text).oid
        for stage, text in enumerate(versions, start=1)
        if with_base or stage > 1 or text
    }

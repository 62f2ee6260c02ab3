"""Story: which pairs of commits conflict, by what `git merge` with our drivers would leave open.

Git merges all pairs in one process. Of the files that it leaves open the engine judges the
content, each three versions once whatever number of pairs they come from, in one process too: a
driver for each would cost more than all else. Pairs that change nothing in common are not merged.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows import verdicts
from git_anvcs.flows.whole_tree import worker
from git_anvcs.git import attributes, merge_trees, objects
from git_anvcs.git.merge_trees import Open, Stages
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Changes
from git_anvcs.merge.registry import format_of
from git_anvcs.merge.result import Options, Versions

OURS = "anvcs"  # the merge attribute of our drivers
BY_GIT = ("unspecified", "set", "unset", "text", "binary", "union")  # what Git does itself

# A file that is larger, or takes more processor time, is told as Git leaves it.
LARGEST, SECONDS = 150_000, 1.0

# The oids of a file's three versions (the first empty when both added it) and its path.
Three = tuple[str, str, str, str]
Pair = tuple[str, str]


class Work(NamedTuple):
    """What two sides changed since what they share; None where that is not known."""

    one: Changes | None
    other: Changes | None


def conflicts(
    repo: Repo, pairs: Sequence[Pair], works: Sequence[Work], env: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """The paths in conflict of each pair of commits, in that order.

    env: variables of scratch
    """
    apart = [not may_meet(work) for work in works]
    asked = [pair for pair, skip in zip(pairs, apart, strict=True) if not skip]
    plain = {name: value for name, value in env.items() if not name.startswith("GIT_CONFIG_")}
    left = merge_trees.left_open(repo, asked, {**plain, "ANVCS": "0"})
    drivers = attributes.of(repo, "merge", {path for one in left for path in one.stages}, env)
    solved = _solved(repo, _by_git(left, drivers), env)
    foreign = [number for number, one in enumerate(left) if _foreign(one, drivers)]
    found = [_remaining(one, drivers, solved) for one in left]
    again = merge_trees.merge(repo, [asked[number] for number in foreign], env)
    for number, outcome in zip(foreign, again, strict=True):
        found[number] = outcome.conflicts
    rest = iter(found)
    return [() if skip else next(rest) for skip in apart]


def may_meet(work: Work) -> bool:
    """Whether a merge of the two has anything to decide.

    Not only where both change a path: a file of one may stand where the other has a folder, and
    Git moves what one adds to a folder that the other emptied (git-merge(1), directory renames).
    """
    one, other = work
    if one is None or other is None or not one.keys().isdisjoint(other):
        return True
    if not _folders(one).isdisjoint(other) or not _folders(other).isdisjoint(one):
        return True
    return any(_follows(left, right) for left, right in ((one, other), (other, one)))


def _folders(paths: Iterable[str]) -> set[str]:
    """All folders above these paths."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _follows(moving: Changes, adding: Changes) -> bool:
    """Whether one side may have moved a folder into which the other one adds a file."""
    gone = {path for path, change in moving.items() if change.after is None}
    come = any(change.before is None for change in moving.values())
    added = {path for path, change in adding.items() if change.before is None}
    return bool(gone and come) and not _folders(gone).isdisjoint(_folders(added))


def _threes(one: Open, drivers: Mapping[str, str]) -> Iterable[Three]:
    """The files of a pair whose content our engine may merge."""
    for path, stages in one.stages.items():
        if path in one.by_content and drivers.get(path) == OURS and format_of(path) != "text":
            yield _three(path, stages)


def _three(path: str, stages: Stages) -> Three:
    base = stages[1].oid if 1 in stages else ""
    return base, stages[2].oid, stages[3].oid, path


def _foreign(one: Open, drivers: Mapping[str, str]) -> bool:
    """Whether a driver that is not ours, and not Git's own, has to be asked."""
    return any(merged_by_others(drivers.get(path, "")) for path in one.by_content)


def merged_by_others(attribute: str) -> bool:
    """Whether a `merge` attribute names a driver that is neither ours nor one of Git's own."""
    return attribute not in (OURS, *BY_GIT)


def _by_git(left: Sequence[Open], drivers: Mapping[str, str]) -> dict[Three, str]:
    """What the engine is asked, each with the name of the file that Git made of it."""
    return {three: f"{one.tree}:{three[3]}" for one in left for three in _threes(one, drivers)}


def _solved(repo: Repo, wanted: Mapping[Three, str], env: Mapping[str, str]) -> set[Three]:
    """Those that the engine merges without a conflict, in the time that it has."""
    known = verdicts.load(repo) if wanted else {}
    asked = {three: made for three, made in wanted.items() if verdicts.key(three) not in known}
    fresh = _asked(repo, asked, env)
    verdicts.save(repo, known, {verdicts.key(three): clean for three, clean in fresh.items()})
    return {three for three in wanted if fresh.get(three, known.get(verdicts.key(three), False))}


def _asked(repo: Repo, wanted: Mapping[Three, str], env: Mapping[str, str]) -> dict[Three, bool]:
    """What the engine says of each, as far as it is here; what takes too long is in conflict."""
    texts = _texts(
        repo, {name for three, made in wanted.items() for name in (*three[:3], made)}, env
    )
    ready = [three for three, made in wanted.items() if {*three[:3], made} <= texts.keys()]
    ready.sort(key=lambda three: three[::-1])  # neighbours share versions that are parsed once
    tasks = [_task(three, wanted[three], texts) for three in ready]
    merged = worker.merge_all(tasks, SECONDS)
    return {
        three: one is not None and not one.conflicts
        for three, one in zip(ready, merged, strict=True)
    }


def _texts(repo: Repo, names: Iterable[str], env: Mapping[str, str]) -> dict[str, bytes]:
    """The contents by name, without those that are too large or not here."""
    asked = sorted(filter(None, names))
    read = objects.read(repo, asked, env={**env, **objects.NO_FETCH})
    found = {name: one.data for name, one in zip(asked, read, strict=True) if one}
    return {"": b""} | {name: data for name, data in found.items() if len(data) <= LARGEST}


def _task(three: Three, made: str, texts: Mapping[str, bytes]) -> worker.Task:
    versions = Versions(*(texts[oid] for oid in three[:3]))
    return worker.Task(versions, Options(three[3]), texts[made])


def _remaining(one: Open, drivers: Mapping[str, str], solved: set[Three]) -> tuple[str, ...]:
    """The paths of a pair that are still in conflict."""
    done = {three[3] for three in _threes(one, drivers) if three in solved}
    return tuple(path for path in one.conflicts if path not in done)

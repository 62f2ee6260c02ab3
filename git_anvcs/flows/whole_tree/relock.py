"""Lock files that nobody can merge, written anew by the command that the settings name.

It runs in a throw-away worktree of the merged tree, before anything is put in place; what it does
besides the lock file is lost. Where nothing is configured, nothing runs.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from posixpath import dirname

from git_anvcs.flows import places, relocking
from git_anvcs.flows.relocking import Failed, Rule
from git_anvcs.flows.whole_tree.draft import Result
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.git import rebuilt, scratch_repo, synthetic
from git_anvcs.git.ort import Note
from git_anvcs.kernel.errors import AnvcsError

FAILED = "CONFLICT (lock file)"


def waiting(result: Result) -> list[str]:
    """The lock files that are open, as ours, until they are written anew."""
    locks = {one.path for one in result.decided if one.merged.relock}
    return [path for path in result.stages if path in locks]


def finished(tree: Tree, result: Result, paths: Sequence[str]) -> Result:
    """The result with those lock files written anew for which a command is in force."""
    try:
        rules = relocking.rules(tree.repo, tree.repo.env)
    except AnvcsError as error:
        return _told(result, paths, error.message)
    wanted = {path: rule for path in paths if (rule := relocking.rule_for(path, rules))}
    if not wanted:
        return result
    try:
        with places.taken(tree.repo) as folder, scratch_repo.opened(tree.repo, folder, {}) as here:
            here.show(synthetic.joined(tree.repo, result.tree, ()))
            for path, rule in wanted.items():
                result = _one(tree, result, path, rule, here.root)
    except (AnvcsError, OSError) as error:
        said = error.message if isinstance(error, AnvcsError) else str(error.strerror)
        return _told(result, waiting(result), f"no worktree to write it in: {said}")
    return result


def _one(tree: Tree, result: Result, path: str, rule: Rule, root: Path) -> Result:
    """The result with one lock file written anew, or told why not."""
    folder = dirname(path)
    locks = waiting(result)
    beside = [one for one in result.stages if dirname(one) == folder and one not in locks]
    try:
        text = relocking.written(root, path, rule, beside)
    except Failed as why:
        return _told(result, [path], why.message)
    before = next(one for one in result.decided if one.path == path)
    merged = relocking.decided(before.merged, rule, text)
    others = tuple(one for one in result.decided if one.path != path)
    return result._replace(
        tree=rebuilt.tree(tree.repo, result.tree, {path: text}, {}),
        stages={name: found for name, found in result.stages.items() if name != path},
        notes=(
            *(one for one in result.notes if not (one.conflict and path in one.paths)),
            Note((path,), "Relocking", f"Wrote {path} anew: {rule.command}\n"),
        ),
        decided=(*others, before._replace(merged=merged)),
    )


def _told(result: Result, paths: Iterable[str], why: str) -> Result:
    notes = [
        Note((path,), FAILED, f"{FAILED}: {path} is ours and not written anew: {why}\n")
        for path in paths
    ]
    return result._replace(notes=(*result.notes, *notes))

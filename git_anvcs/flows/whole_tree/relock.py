"""Lock files that nobody can merge, written anew by the command that the settings name.

It runs in a throw-away worktree of the merged tree, before anything is put in place; what it does
besides the lock file is lost. Where nothing is configured, nothing runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from posixpath import dirname
from typing import Any, NamedTuple

from git_anvcs.flows import places, settings
from git_anvcs.flows.guard.bench import QUIET
from git_anvcs.flows.whole_tree.draft import Result
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.git import rebuilt, scratch_repo, synthetic
from git_anvcs.git.ort import Note
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.settings import FILE
from git_anvcs.merge import markers
from git_anvcs.merge.result import Resolution

SETTING = "merge.relock"
SECONDS = 600.0
RULE = "lock-written"
FAILED = "CONFLICT (lock file)"
SHOWN = 5  # lines of what a command said


class Rule(NamedTuple):
    """A command, the patterns of the lock files it writes (none: all), its time in seconds."""

    command: str
    paths: tuple[str, ...]
    timeout: float

    def fits(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return not self.paths or any(
            fnmatchcase(path, one) or fnmatchcase(name, one) for one in self.paths
        )


class Failed(Exception):
    """Why a lock file could not be written, as the end of a sentence."""


def waiting(result: Result) -> list[str]:
    """The lock files that are open, as ours, until they are written anew."""
    locks = {one.path for one in result.decided if one.merged.relock}
    return [path for path in result.stages if path in locks]


def finished(tree: Tree, result: Result, paths: Sequence[str]) -> Result:
    """The result with those lock files written anew for which a command is in force."""
    try:
        rules = _rules(tree)
    except AnvcsError as error:
        return _told(result, paths, error.message)
    wanted = {path: rule for path in paths if (rule := _rule(rules, path))}
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


def _rules(tree: Tree) -> list[Rule]:
    """What is configured. Raises AnvcsError: a mistake in the settings, or not approved yet."""
    found = settings.load(tree.repo, tree.repo.env)
    if SETTING in found.inert():
        raise AnvcsError(f"{FILE} names commands ({SETTING}) that `git anvcs trust approve` allows")
    value: Sequence[Mapping[str, Any]] = found.find(SETTING).value
    return [
        Rule(one["command"], tuple(one.get("paths", ())), float(one.get("timeout", SECONDS)))
        for one in value
    ]


def _rule(rules: Iterable[Rule], path: str) -> Rule | None:
    return next((rule for rule in rules if rule.fits(path)), None)


def _one(tree: Tree, result: Result, path: str, rule: Rule, root: Path) -> Result:
    """The result with one lock file written anew, or told why not."""
    folder = dirname(path)
    locks = waiting(result)
    beside = [one for one in result.stages if dirname(one) == folder and one not in locks]
    if beside:
        return _told(result, [path], f"{', '.join(sorted(beside))} beside it has conflicts")
    try:
        text = _written(root, path, rule)
    except Failed as why:
        return _told(result, [path], str(why))
    before = next(one for one in result.decided if one.path == path)
    resolution = Resolution(RULE, rule.command, "", "", "", "")
    merged = before.merged._replace(text=text, conflicts=(), resolutions=(resolution,), relock="")
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


def _written(root: Path, path: str, rule: Rule) -> bytes:
    """What the command makes of the lock file. Raises Failed."""
    place = root / dirname(path)
    done = process.run_apart(
        ("sh", "-c", rule.command),
        cwd=place,
        env={**QUIET, "PWD": str(place)},
        timeout=rule.timeout,
    )
    if done.returncode != 0:
        ended = (
            f"did not end within {rule.timeout:g} seconds"
            if done.returncode is None
            else f"ended with {done.returncode}"
        )
        said = done.output.decode(errors="replace").strip().splitlines()[-SHOWN:]
        raise Failed("\n    ".join([f"`{rule.command}` {ended}", *said]))
    file = root / path
    if file.is_symlink() or not file.is_file():
        raise Failed(f"`{rule.command}` left no file there")
    text = file.read_bytes()
    if not text or markers.has_markers(text, 7):
        raise Failed(f"`{rule.command}` left no lock file there")
    return text


def _told(result: Result, paths: Iterable[str], why: str) -> Result:
    notes = [
        Note((path,), FAILED, f"{FAILED}: {path} is ours and not written anew: {why}\n")
        for path in paths
    ]
    return result._replace(notes=(*result.notes, *notes))

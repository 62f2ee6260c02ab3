"""Story: test results come later, from CI, and the record's next revision tells them.

Only results of the commit's own tree count. Which tree that was is proved by the worktree, as
`git anvcs commit --test-report` does, or said by whoever ran the tests (`--ran-on`).
"""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.flows import commit as committing
from git_anvcs.flows import edit_record, large_files
from git_anvcs.flows.tested_tree import tested
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied, UsageError
from git_anvcs.provenance import artifacts, records
from git_anvcs.provenance.record import Record
from git_anvcs.store.paths import Paths


class Told(NamedTuple):
    """What the command line says of a commit's tests.

    coverage: a number or a file; passed: said without a report, or against one
    files: artifacts that are no report, each with its type; kept: those whose content is kept
    runner: who ran the tests; ran_on: the tree, or a commit with that tree, that was tested
    """

    reports: tuple[Path, ...] = ()
    coverage: str | None = None
    passed: bool | None = None
    files: tuple[tuple[Path, str], ...] = ()
    kept: tuple[Path, ...] = ()
    runner: str = ""
    command: str = ""
    ran_on: str = ""

    @property
    def tests(self) -> bool:
        """Whether anything is said that holds for one tree alone."""
        return bool(self.reports) or self.coverage is not None or self.passed is not None


class Attached(NamedTuple):
    """The record as it is to be; old: as it was, None where the commit had none here.

    large: artifacts that are to be kept as large files are: (file, SHA-256, size)
    """

    record: Record
    old: Record | None
    large: committing.Large = ()

    @property
    def says_more(self) -> bool:
        """Whether the record tells anything that the old one did not."""
        if self.old is None:
            return True
        ours, theirs = dict(self.record.value), json.loads(self.old.line)
        return {**ours, "rev": 0} != {**theirs, "rev": 0}


def attached(repo: Repo, cwd: Path, commit: str, told: Told) -> Attached:
    """Read and check what was told; nothing is written.

    Raises UsageError and NotAReport, and PolicyDenied when the tests ran on another tree.
    """
    asked = committing.Told(reports=told.reports, coverage=told.coverage)
    checked = committing.check(repo, cwd, asked)
    old = records.read_one(repo, commit)
    claims = dict(checked.claims)
    kept = [(cwd / file, committing.kept_entry(repo, cwd / file, "other")) for file in told.kept]
    pins = [*claims.pop("artifacts", []), *_pinned(repo, cwd, told)]
    pins += _sought(repo, [pin for _, pin in kept])
    changes: dict[str, Any] = {}
    if told.tests:
        tree = _tree(repo, commit, told, checked)
        changes = _results(told, claims, old, tree)
    if pins:
        changes |= _with_pins(old, pins, changes)
    record = edit_record.edited(repo, commit, changes)
    if told.tests and not record.tests_hold:
        raise AnvcsError(f"the record of {commit[:12]} speaks of another tree than the commit has")
    large = tuple((file, str(pin["sha256"]), int(pin["size"])) for file, pin in kept)
    return Attached(record, old, large)


def keep(repo: Repo, env: Mapping[str, str], done: Attached) -> None:
    """The contents of kept artifacts go where those of large files go; when a store has them, the
    record hears of their versions. Raises UsageError (settings), CannotWrite."""
    committing.keep(repo, env, done.large)
    committing.keep(repo, env, done.large, send=True)
    with large_files.known_here(repo) as here:
        here.expect([oid for _, oid, _ in done.large], done.record.commit)


def _sought(repo: Repo, pins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the versions that the store has already confirmed."""
    if not pins or not Paths(repo.common_dir).ledger.exists():
        return pins
    with large_files.known_here(repo) as here:
        return [here.sought(pin) for pin in pins]


def _pinned(repo: Repo, cwd: Path, told: Told) -> list[dict[str, Any]]:
    files = [(cwd / file, kind) for file, kind in told.files]
    return [artifacts.pinned(file, committing.shown(repo, file), kind) for file, kind in files]


def _tree(repo: Repo, commit: str, told: Told, checked: committing.Checked) -> str:
    """The tree of the commit, if it is the tested one. Raises PolicyDenied."""
    wanted = repo.line("rev-parse", f"{commit}^{{tree}}")
    if told.ran_on:
        found = _named(repo, told.ran_on)
        reason = f"the tests ran on tree {found[:12]}, and {commit[:12]} has {wanted[:12]}"
    else:
        found, reason = _proved(repo, checked)
        reason = reason or f"the worktree is not the tree of {commit[:12]}"
    if found != wanted:
        raise PolicyDenied(
            f"not attached: {reason}",
            hint="results hold for one tree only; --ran-on TREE|COMMIT says which one was tested",
        )
    return wanted


def _named(repo: Repo, name: str) -> str:
    """The id of a tree, or of a commit's tree; a whole id need not be of an object here."""
    done = repo.try_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{tree}}")
    if done.returncode == 0:
        return done.stdout.decode().strip()
    if len(name) == len(repo.zero_oid) and not name.strip("0123456789abcdef"):
        return name
    raise UsageError(f"{name!r} is no tree and no commit here")


def _proved(repo: Repo, checked: committing.Checked) -> tuple[str, str]:
    if repo.bare:
        return "", "a bare repository has no worktree that could have been tested"
    proof = tested(repo, checked.files, written=checked.written)
    return proof.tree, proof.reason


def _results(
    told: Told, claims: Mapping[str, Any], old: Record | None, tree: str
) -> dict[str, Any]:
    """Fields of the record: the new results, beside those of the same tree that stay."""
    changes = dict(claims)
    if told.passed is not None:
        if told.passed and changes.get("tests_passed") is False:
            raise UsageError("the report tells of a failure, and --tests-passed of none")
        changes["tests_passed"] = told.passed
    new_results = "tests_passed" in changes
    if new_results and not told.reports:
        changes["test_report_ref"] = None
    before = {} if new_results or old is None or not old.tests_hold else old.mapping("tests")
    said = {"runner": told.runner, "command": told.command}
    changes["tests"] = {
        **before,
        **changes.get("tests", {}),
        **{key: text for key, text in said.items() if text},
        "ran_on_tree": tree,
    }
    return changes


def _with_pins(
    old: Record | None, pins: list[dict[str, Any]], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """The artifacts, each with a name of its own; a file pinned again takes its old place."""
    stored = [item for item in (old.items("artifacts") if old else ()) if isinstance(item, Mapping)]
    new_report = bool(changes.get("test_report_ref"))
    ref = old.value.get("test_report_ref") if old and not new_report else None
    places = {(_lay(pin), pin["type"]) for pin in pins}

    def stays(item: Mapping[str, object]) -> bool:
        place = (_lay(item), item.get("type"))
        return place not in places or f"artifact:{item.get('name')}" == ref

    kept = [item for item in stored if stays(item)]
    taken = {str(item["name"]) for item in kept if "name" in item}
    named = artifacts.named_apart([pin for pin in pins if pin not in kept], taken)
    found: dict[str, Any] = {"artifacts": [*kept, *named]}
    if new_report:
        found["test_report_ref"] = f"artifact:{named[0]['name']}"
    return found


def _lay(item: Mapping[str, object]) -> object:
    """Where the file was, whatever store has it by now."""
    return item.get("path") or item.get("key")

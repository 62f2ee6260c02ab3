"""Run the data contracts of a repository, `contracts/*.json`, over the files they name."""

from collections.abc import Iterable, Iterator, Mapping
import json
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.blobs.tables import contract as rules
from git_anvcs.flows.blobs import looking
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, Offline, UsageError
from git_anvcs.store.schemas import violations

FOLDER = "contracts"
_LONGEST = 1 << 20  # bytes of a contract


class Contract(NamedTuple):
    """A contract with the path of its file."""

    path: str
    rules: Mapping[str, Any]


class Checked(NamedTuple):
    """A file that a contract names: what it breaks, or why it could not be read.

    missing: its content is not in this clone
    """

    contract: str
    file: str
    findings: list[dict[str, Any]]
    problem: str = ""
    missing: bool = False


def read(repo: Repo) -> list[Contract]:
    """The contracts in the worktree. Raises UsageError where one is not as the schema has it."""
    listed = _listed(repo, [f"{FOLDER}/*.json"])
    return [Contract(path, _rules(repo.root / path, path)) for path in listed]


def check(repo: Repo, contracts: Iterable[Contract], within: list[Path]) -> Iterator[Checked]:
    """Every file that a contract names; within: only these, and what is below them."""
    for contract in contracts:
        paths = _listed(repo, contract.rules["files"])
        wanted = [path for path in paths if _inside(repo.root / path, within)]
        if not paths:
            yield Checked(contract.path, "", [], "no file of this repository fits its patterns")
        for path in wanted:
            yield _checked(repo, contract, path)


def _checked(repo: Repo, contract: Contract, path: str) -> Checked:
    try:
        found = looking.subject(repo.root / path, path, repo)
        return Checked(contract.path, path, looking.broken(found, contract.rules))
    except Offline as error:
        return Checked(contract.path, path, [], error.message, missing=True)
    except AnvcsError as error:
        return Checked(contract.path, path, [], error.message)
    except OSError as error:
        return Checked(contract.path, path, [], f"it cannot be read: {error.strerror}")


def _rules(file: Path, path: str) -> Mapping[str, Any]:
    try:
        with file.open("rb") as stream:
            text = stream.read(_LONGEST + 1)
        found = json.loads(text) if len(text) <= _LONGEST else None
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON document: {error}") from error
    wrong = violations(found, rules.schema())
    if wrong or not isinstance(found, dict):
        where = ".".join(map(str, wrong[0].path)) if wrong else ""
        message = wrong[0].message if wrong else "it is no JSON object"
        raise UsageError(
            f"{path} is no data contract: {f'{where}: ' if where else ''}{message}",
            hint="docs/howto/check-data.md has an example",
        )
    return found


def _listed(repo: Repo, patterns: Iterable[str]) -> list[str]:
    """Tracked and new files that fit, in order; those that are deleted or links are not there."""
    asked = [f":(top,glob){pattern}" for pattern in patterns]
    listed = repo.git("ls-files", "-z", "-c", "-o", "--exclude-standard", "--", *asked)
    names = {name.decode(errors="surrogateescape") for name in listed.split(b"\0") if name}
    there = (name for name in names if not (repo.root / name).is_symlink())
    return sorted(name for name in there if (repo.root / name).is_file())


def _inside(file: Path, within: list[Path]) -> bool:
    return not within or any(file.is_relative_to(folder) for folder in within)

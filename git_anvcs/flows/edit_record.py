"""Story: somebody says more about a commit; its record gets a new revision, checked first."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
import json
from typing import Any

from git_anvcs.flows import mirror
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance import checks, codec, making, records, refs, subject
from git_anvcs.provenance.record import TREE_CLAIMS, Record
from git_anvcs.store import lock
from git_anvcs.store.paths import Paths

# Ours to say: identity and facts follow from the commit.
_FIXED = ("schema", "meta_id", "rev", "created_at", "subject", "lineage")


@contextmanager
def alone(repo: Repo) -> Iterator[None]:
    """Nobody else edits a record meanwhile: two revisions made of the same one would lose one.

    Raises Locked.
    """
    with lock.held(Paths(repo.common_dir).locks / "edit"):
        yield


def edited(repo: Repo, commit: str, changes: Mapping[str, object]) -> Record:
    """The record as it would be; nothing is written. Keys may be paths (`prompt_info.policy`).

    A test result is taken to be of the commit's own tree unless `tests` says otherwise.
    Raises UsageError when the schema forbids it.
    """
    old = records.read_one(repo, commit) or _fresh(repo, commit)
    if not old.known:
        raise AnvcsError(
            f"the record of {commit[:12]} is of a newer version ({old.schema})",
            hint="update git-anvcs to change it; until then it is kept as it is",
        )
    value: dict[str, Any] = json.loads(old.line)
    for key, item in changes.items():
        _put(value, key, item)
    value["rev"] = old.rev + 1
    if any(changes.get(key) is not None for key in TREE_CLAIMS):
        tests = value.setdefault("tests", {})
        if isinstance(tests, dict) and "tests.ran_on_tree" not in changes:
            tests["ran_on_tree"] = old.tree
    return _checked(value)


def write(repo: Repo, record: Record, message: str) -> None:
    """Store a record made by `edited` in both refs and the mirror."""
    texts = refs.add(repo, {record.commit: record.line + b"\n"}, message)
    mirror.update(repo, texts)


def value_of(text: str) -> object:
    """What stands after KEY=: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _fresh(repo: Repo, commit: str) -> Record:
    facts = subject.load(repo, [commit])[commit]
    made = making.make(facts, {}, now=clock.now())
    return codec.record({**made.value, "rev": 0})


def _put(value: dict[str, Any], key: str, item: object) -> None:
    steps = key.split(".") if not key.startswith("ext.") else ["ext", key[4:]]
    if steps[0] in _FIXED:
        raise UsageError(f"{steps[0]} follows from the commit and cannot be set")
    at: Any = value
    for step in steps[:-1]:
        at = at.setdefault(step, {})
        if not isinstance(at, dict):
            raise UsageError(f"{step} is no object, so {key} cannot be set")
    at[steps[-1]] = item


def _checked(value: Mapping[str, object]) -> Record:
    try:
        record = making.finished(value)
    except codec.NotCanonical as error:
        raise UsageError(f"the record cannot be written: {error}") from error
    wrong = checks.against_schema(record)
    if wrong:
        raise UsageError(
            f"not a valid record: {wrong[0]}", hint="docs/formats/record.md lists the fields"
        )
    return record


def importable(texts: Sequence[bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Lines to import by commit, and a sentence for each line that cannot be used."""
    found: dict[str, list[bytes]] = {}
    refused = []
    for number, line in enumerate(texts, 1):
        record = codec.parse_line(line)
        wrong = ["not a record"] if record is None else checks.against_schema(record)
        if record is None or wrong:
            refused.append(f"line {number}: {wrong[0]}")
        elif not _is_oid(record.commit):
            refused.append(f"line {number}: subject.commit is no commit id")
        else:
            found.setdefault(record.commit, []).append(line + b"\n")
    return {commit: codec.union(lines) for commit, lines in found.items()}, refused


def _is_oid(text: str) -> bool:
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")

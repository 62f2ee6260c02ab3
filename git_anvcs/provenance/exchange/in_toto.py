"""in-toto Statement v1: what a record says of its commit and its tree, ready to be signed."""

import base64
from collections.abc import Mapping
import json
from typing import Any, NamedTuple

from git_anvcs.provenance.exchange.dsse import Ambiguous, once
from git_anvcs.provenance.record import Record

STATEMENT = "https://in-toto.io/Statement/v1"
RECORD = "urn:git-anvcs:predicate:commit-meta:1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"


class NotAStatement(ValueError):
    """The text is no statement; the message says why."""


class Statement(NamedTuple):
    """What a statement is about: the type of its predicate, and the digests of its subjects."""

    predicate_type: str
    predicate: Mapping[str, Any]
    digests: tuple[tuple[str, str], ...]

    def digest(self, algorithm: str) -> str:
        """The first digest of that kind (`gitCommit`, `gitTree`), or the empty string."""
        return next((value for name, value in self.digests if name == algorithm), "")


def write(record: Record) -> list[dict[str, Any]]:
    """The statements of a record: itself, and its tests' result where they ran on this tree."""
    found = [_statement(record, RECORD, {**record.value, "prompt": None})]
    if record.tests_passed is not None:
        found.append(_statement(record, TEST_RESULT, _test_result(record)))
    return found


def read(payload: bytes) -> Statement:
    """The statement in a payload. Raises NotAStatement."""
    try:
        value = json.loads(payload, object_pairs_hook=once)
    except Ambiguous as error:
        raise NotAStatement(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise NotAStatement("not JSON") from error
    if not isinstance(value, dict) or value.get("_type") != STATEMENT:
        raise NotAStatement(f"not of the type {STATEMENT}")
    kind, predicate = value.get("predicateType"), value.get("predicate", {})
    if not isinstance(kind, str) or not kind or not isinstance(predicate, dict):
        raise NotAStatement("no predicateType, or a predicate that is no object")
    subjects = value.get("subject")
    if not isinstance(subjects, list) or not subjects:
        raise NotAStatement("no subject")
    return Statement(kind, predicate, tuple(pair for each in subjects for pair in _digests(each)))


def _statement(record: Record, kind: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    """About the commit and its tree; subjects are matched by digest, names only tell them apart."""
    subjects = [{"name": record.commit, "digest": {"gitCommit": record.commit}}]
    if record.tree:
        subjects.append({"name": f"{record.commit}^{{tree}}", "digest": {"gitTree": record.tree}})
    return {"_type": STATEMENT, "subject": subjects, "predicateType": kind, "predicate": predicate}


def _test_result(record: Record) -> dict[str, Any]:
    """Predicate test-result v0.1: passed or failed, and what it was run with, as far as known."""
    tests = record.mapping("tests")
    configuration: list[dict[str, Any]] = []
    digest = record.mapping("env").get("digest")
    if isinstance(digest, str) and digest.startswith("sha256:"):
        sha256 = digest.removeprefix("sha256:")
        configuration.append({"name": "environment", "digest": {"sha256": sha256}})
    command = tests.get("command")
    if isinstance(command, str):
        content = base64.b64encode(command.encode()).decode()
        configuration.append({"name": "command", "content": content, "mediaType": "text/plain"})
    found: dict[str, Any] = {
        "result": "PASSED" if record.tests_passed else "FAILED",
        "configuration": configuration,
    }
    runner = tests.get("runner")
    if isinstance(runner, str) and runner.startswith("https://"):
        found["url"] = runner
    return found


def _digests(subject: object) -> list[tuple[str, str]]:
    digest = subject.get("digest") if isinstance(subject, dict) else None
    if not isinstance(digest, dict) or not digest:
        raise NotAStatement("a subject without a digest")
    return [(str(name), str(value)) for name, value in digest.items()]

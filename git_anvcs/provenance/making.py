"""A new record: the facts of a commit and the claim of who made it, joined. Pure."""

from collections.abc import Mapping
from typing import Any

from git_anvcs.git.commits import Commit
from git_anvcs.kernel import clock, ids
from git_anvcs.provenance import codec
from git_anvcs.provenance.index import authored
from git_anvcs.provenance.record import SCHEMA, TREE_CLAIMS, UNTRACKED, Record
from git_anvcs.provenance.subject import Facts

Claim = Mapping[str, object]

# What a claim may say. The rest of a record is ours to say, and an unknown key is a mistake.
CLAIM_KEYS = frozenset(
    {
        "agent_id", "artifacts", "attestations", "coverage", "env", "ext", "humans", "journal",
        "model", "policy", "prompt", "prompt_info", "sessions", "test_report_ref", "tests",
        "tests_passed",
    }
)  # fmt: skip


def make(facts: Facts, claim: Claim, *, ref: str = "", now: float) -> Record:
    """The first revision of a record. An empty claim makes an honest one: `untracked`."""
    change_ids = facts.commit.change_ids
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "meta_id": ids.meta_id(now),
        "change_id": change_ids[0] if change_ids else ids.change_id(),
        "rev": 1,
        "created_at": clock.rfc3339(now),
        "subject": subject(facts, ref),
        "prompt": None,
        "model": None,
        "tests_passed": None,
        "test_report_ref": None,
        "coverage": None,
        "env": None,
        "agent_id": UNTRACKED,
        "artifacts": [],
    }
    value.update({key: item for key, item in claim.items() if key in CLAIM_KEYS})
    return finished(value)


def subject(facts: Facts, ref: str = "") -> dict[str, object]:
    commit: Commit = facts.commit
    found: dict[str, object] = {
        "vcs": "git",
        "object_format": "sha256" if len(commit.oid) == 64 else "sha1",
        "commit": commit.oid,
        "tree": commit.tree,
        "parents": list(commit.parents),
        "patch_id": facts.patch_id,
        "authored": authored(commit.author),
    }
    if ref.startswith("refs/"):
        found["ref"] = ref
    return found


def finished(value: Mapping[str, Any]) -> Record:
    """The record of `value`, tree claims kept only where the tests ran on this very tree."""
    made = dict(value)
    tests = made.get("tests")
    if not isinstance(tests, Mapping) or tests.get("ran_on_tree") != made["subject"]["tree"]:
        made.update(dict.fromkeys(TREE_CLAIMS))
    return codec.record(printable(made))


def printable(value: Any) -> Any:
    """The same value without lone surrogates: bytes of a path or a name that are no UTF-8."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {printable(key): printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value

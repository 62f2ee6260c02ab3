"""Records carried from rewritten commits to the commit they became. Pure.

Claims of authorship survive a rewrite; claims about a tree hold only while the tree is the same.
How an origin is proved is the ladder of flows/rewrite.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from git_anvcs.kernel import clock, ids
from git_anvcs.provenance import making
from git_anvcs.provenance.making import Claim
from git_anvcs.provenance.record import HUMAN, TREE_CLAIMS, UNTRACKED, Record
from git_anvcs.provenance.subject import Facts

_WHO = ("agent_id", "model", "prompt", "prompt_info", "env")
_TESTS = ("tests", *TREE_CLAIMS)
_NOBODY = ("", UNTRACKED)

# The old commits live on, so the new one needs a record of its own.
_COPIES = ("cherry-pick",)


class Origin(NamedTuple):
    """What a commit was made from: how (`amend`, `rebase`, …), from which, and the proof."""

    op: str
    commits: tuple[str, ...]
    match: str


def carry(
    facts: Facts,
    olds: Sequence[Record],
    origin: Origin,
    claim: Claim,
    *,
    attested: Mapping[str, object],
    now: float,
) -> Record:
    """The record of the new commit.

    olds: the records of `origin.commits` (at least one, of a version we know), oldest first
    claim: what is known of who made the new commit itself; it counts where the patch changed
    attested: `attestations` of the new commit's lines with the `sessions` and `humans` they name,
        and `ext` that says how complete they are
    """
    base = olds[0]
    value: dict[str, Any] = dict(base.value)
    if origin.op in _COPIES:
        value.update(meta_id=ids.meta_id(now), rev=1, created_at=clock.rfc3339(now))
    else:
        value["rev"] = max(old.rev for old in olds) + 1
    if facts.commit.change_ids:
        value["change_id"] = facts.commit.change_ids[0]
    ref = base.subject.get("ref")
    value["subject"] = making.subject(facts, ref if isinstance(ref, str) else "")
    _who(value, olds)
    _union(value, olds, attested)
    _add_claim(value, facts, olds, claim)
    step = lineage_step(origin, now, [old.meta_id for old in olds])
    value["lineage"] = _distinct([*(s for old in olds for s in old.lineage), step])
    return making.finished(value)


def lineage_step(origin: Origin, now: float, from_meta: Sequence[str] = ()) -> dict[str, object]:
    """One entry of `lineage`."""
    step: dict[str, object] = {
        "op": origin.op,
        "from": list(origin.commits),
        "match": origin.match,
        "at": clock.rfc3339(now),
    }
    if from_meta:
        step["from_meta"] = list(dict.fromkeys(from_meta))
    return step


def claimed(record: Record, claim: Claim, *, now: float) -> Record:
    """The next revision of a record that knew nobody, now that somebody is known."""
    value = {**record.value, "rev": record.rev + 1, "created_at": clock.rfc3339(now)}
    value.update({key: item for key, item in claim.items() if key in making.CLAIM_KEYS})
    return making.finished(value)


def speaks(claim: Claim) -> bool:
    """Whether a claim names somebody."""
    return claim.get("agent_id") not in (None, *_NOBODY)


def same_patch(facts: Facts, olds: Sequence[Record]) -> bool:
    """Whether the new commit says no more than one of the old ones did, or ends where it ended."""
    return facts.commit.tree in {old.tree for old in olds} or (
        facts.patch_id is not None and facts.patch_id in {old.patch_id for old in olds}
    )


def _who(value: dict[str, Any], olds: Sequence[Record]) -> None:
    """The first of the old records that knows who it was speaks for the new commit."""
    speaker = next((old for old in olds if old.agent_id not in _NOBODY), olds[0])
    agent = next((old for old in olds if old.agent_id not in (*_NOBODY, HUMAN)), speaker)
    _copy(value, agent.value, _WHO)


def _union(value: dict[str, Any], olds: Sequence[Record], attested: Mapping[str, object]) -> None:
    for key in ("humans", "sessions"):
        joined = {k: v for old in reversed(olds) for k, v in old.mapping(key).items()}
        _set(value, key, {**_mapping(attested, key), **joined})
    value["artifacts"] = _distinct([a for old in olds for a in old.items("artifacts")])
    _set(value, "attestations", _mapping(attested, "attestations"))
    _set(value, "ext", {**_mapping(value, "ext"), **_mapping(attested, "ext")})
    for old in olds:
        tests = old.mapping("tests")
        if tests and tests.get("ran_on_tree") == value["subject"]["tree"]:
            _copy(value, old.value, _TESTS)


def _add_claim(value: dict[str, Any], facts: Facts, olds: Sequence[Record], claim: Claim) -> None:
    tests = claim.get("tests")
    if isinstance(tests, Mapping) and tests.get("ran_on_tree") == facts.commit.tree:
        _copy(value, claim, _TESTS)
    if same_patch(facts, olds) or not speaks(claim):
        return  # it moved somebody's work; it did not make any
    for key in ("humans", "sessions"):
        _set(value, key, {**_mapping(value, key), **_mapping(claim, key)})
    artifacts = claim.get("artifacts")
    if isinstance(artifacts, list):
        value["artifacts"] = _distinct([*value["artifacts"], *artifacts])
    if value["agent_id"] in (*_NOBODY, HUMAN):
        _copy(value, claim, _WHO)


def _copy(value: dict[str, Any], source: Mapping[str, object], keys: Iterable[str]) -> None:
    for key in keys:
        if key in source:
            value[key] = source[key]


def _set(value: dict[str, Any], key: str, item: Mapping[str, object]) -> None:
    if item:
        value[key] = dict(item)
    else:
        value.pop(key, None)


def _mapping(value: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}


def _distinct(items: Iterable[object]) -> list[object]:
    found: list[object] = []
    found.extend(item for item in items if item not in found)
    return found

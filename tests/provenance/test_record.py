"""Records of every version that was ever written are read, and written back byte for byte."""

from pathlib import Path

import pytest

from git_anvcs.git.commits import Commit
from git_anvcs.provenance import checks, codec, making, reanchor
from git_anvcs.provenance.reanchor import Origin
from git_anvcs.provenance.subject import Facts

SAMPLES = sorted((Path(__file__).parents[1] / "cases/formats/record").glob("v*/*.json"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_frozen_sample_reads_and_writes_back_byte_for_byte(path: Path) -> None:
    text = path.read_bytes()
    [record] = codec.decode(text).records
    assert record.line + b"\n" == text
    assert codec.encode(record.value) + b"\n" == text
    assert checks.against_schema(record) == []
    assert checks.quickly(record, record.commit) == []


def test_the_full_sample_shows_every_view() -> None:
    [record] = codec.decode((SAMPLES[0].parent / "full.json").read_bytes()).records
    assert (record.rev, record.agent_id, record.tests_passed) == (2, "claude:8f21", True)
    assert record.coverage == 91.25
    assert record.mapping("sessions")
    assert [step["op"] for step in record.lineage] == ["amend"]


def facts(**changes: object) -> Facts:
    commit = Commit("a" * 40, "b" * 40, ("c" * 40,), "A <a> 1 +0000", "A <a> 1 +0000", "one\n")
    return Facts(commit._replace(**changes), "d" * 40, {"a": ("0" * 40, "e" * 40)})


def test_a_commit_that_nobody_claims_is_untracked_and_valid() -> None:
    record = making.make(facts(), {}, ref="refs/heads/main", now=1.0)
    assert record.agent_id == "untracked"
    assert checks.against_schema(record) == []


def test_a_test_result_of_another_tree_is_no_claim_about_this_one() -> None:
    claim = {"tests_passed": True, "coverage": 80, "tests": {"ran_on_tree": "f" * 40}}
    record = making.make(facts(), claim, now=1.0)
    assert record.tests_passed is None
    assert record.value["coverage"] is None
    held = making.make(facts(), {**claim, "tests": {"ran_on_tree": "b" * 40}}, now=1.0)
    assert held.tests_passed is True
    assert held.coverage == 80


def test_bytes_that_are_no_text_make_a_record_all_the_same() -> None:
    claim = {"attestations": {"\udcff.txt": {"h_00000000000001": "1"}}, "agent_id": "a:\ud800"}
    assert checks.against_schema(making.make(facts(), claim, now=1.0)) == []


def test_work_moved_by_an_agent_is_not_claimed_by_it() -> None:
    old = making.make(facts(), {"agent_id": "human"}, now=1.0)
    new = facts(oid="1" * 40, message="said better\n")
    claim = {"agent_id": "claude:s", "sessions": {"s_00000000000001": {}}}
    origin = Origin("amend", ("a" * 40,), "declared")
    carried = reanchor.carry(new, [old], origin, claim, attested={}, now=2.0)
    assert carried.agent_id == "human"
    assert "sessions" not in carried.value
    changed = new._replace(commit=new.commit._replace(tree="2" * 40), patch_id="3" * 40)
    carried = reanchor.carry(changed, [old], origin, claim, attested={}, now=2.0)
    assert carried.agent_id == "claude:s"
    assert "sessions" in carried.value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "no-slash"), ("coverage", 101), ("agent_id", ""), ("rev", 0),
        ("change_id", "Ix"), ("surprise", 1), ("ext", {"nodots": 1}),
        ("artifacts", [{"type": "blob", "storage": "s3", "sha256": "0" * 64, "size": 1}]),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_is_not_a_record(field: str, value: object) -> None:
    made = making.make(facts(), {}, now=1.0)
    assert checks.against_schema(codec.record({**made.value, field: value}))

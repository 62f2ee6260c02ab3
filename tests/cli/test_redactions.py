"""The report on secrets taken out of prompts: of which kinds, from whom; never the secrets."""

import json
from typing import Any

import pytest

from tests.support.planted import KINDS
from tests.support.records import write_record
from tests.support.sandbox import Sandbox

TOKEN, KEY = KINDS["github-token"], KINDS["aws-access-key"]
POLICIES = ["hash-only", "ref", "inline", "withheld"]


def reported(repo: Sandbox, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("meta", "redactions", *words, "--json"))
    return found


def committed(repo: Sandbox, prompt: str, agent: str, policy: str = "hash-only") -> str:
    repo.write("f", f"{prompt} {agent}")
    repo.git("add", "f")
    told = ("--prompt", prompt, "--prompt-policy", policy, "--agent", agent)
    repo.anvcs("commit", "-q", "-m", "work", *told)
    return repo.git("rev-parse", "HEAD").strip()


def test_what_was_taken_out_is_told_by_rule_session_and_commit(repo: Sandbox) -> None:
    first = committed(repo, f"use {TOKEN.text} and {TOKEN.text} and {KEY.text}", "claude:1")
    committed(repo, "nothing to hide", "claude:1")
    last = committed(repo, f"use {KEY.text}", "codex:2")
    found = reported(repo)
    assert (found["prompts"], found["redactions"], found["silent"]) == (3, 4, 0)
    assert found["rules"] == {"aws-access-key": 2, "github-token": 2}
    assert found["sessions"] == {"claude:1": 3, "codex:2": 1}
    assert [each["commit"] for each in reported(repo, "HEAD~2..", "HEAD~2")["commits"]] == [
        last,
        first,
    ]
    text = repo.anvcs("meta", "redactions")
    assert "4 secrets taken out of 3 prompts" in text
    for secret in (TOKEN.secret, KEY.secret):
        assert secret not in text + json.dumps(found)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_number_is_told_whatever_the_record_may_hold(repo: Sandbox, policy: str) -> None:
    committed(repo, f"use {TOKEN.text}", "claude:1", policy)
    found = reported(repo)
    if policy == "withheld":
        assert (found["redactions"], found["silent"]) == (0, 1)
        assert "of 1 nothing is known" in repo.anvcs("meta", "redactions")
    else:
        assert found["rules"] == {"github-token": 1}


def test_on_another_machine_the_kinds_are_not_known(repo: Sandbox) -> None:
    committed(repo, f"use {TOKEN.text}", "claude:1")
    for file in (repo.root / ".git" / "anvcs" / "prompts").iterdir():
        file.unlink()
    found = reported(repo)
    assert (found["redactions"], found["rules"]) == (1, {})
    assert found["commits"][0]["unnamed"] == 1
    assert "1 of a kind not known here" in repo.anvcs("meta", "redactions")


def test_a_placeholder_that_somebody_typed_is_not_counted(repo: Sandbox) -> None:
    committed(repo, "why does it say [REDACTED:jwt]?", "claude:1")
    committed(repo, f"[REDACTED:jwt] and {TOKEN.text}", "claude:1")
    found = reported(repo)
    assert (found["redactions"], found["rules"]) == (1, {})


@pytest.mark.parametrize("said", [-1, True, "3", None, 1.5])
def test_a_record_that_tells_no_number_is_silent(repo: Sandbox, said: object) -> None:
    commit = repo.commit("one", {"f": "1\n"})
    write_record(repo, commit, prompt_info={"policy": "hash-only", "redactions": said})
    assert reported(repo)["silent"] == 1


def test_nothing_recorded_is_nothing_taken_out(repo: Sandbox) -> None:
    assert "0 secrets taken out of 0 prompts" in repo.anvcs("meta", "redactions")

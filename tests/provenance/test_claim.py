"""Who made a commit: every kind of evidence, and the order in which it counts."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance import models
from git_anvcs.provenance.claim import EXT, Known, Seen, claim_for, improved, session_key
from git_anvcs.provenance.environment import SIGNALS, detect, hints, signals_in
from git_anvcs.provenance.events import KINDS, Event
from git_anvcs.provenance.pending import (
    MOST_EDITS,
    SHELL_SECONDS,
    Pending,
    with_event,
)

A, B = "claude:a", "codex:b"


def world(*events: Event) -> Known:
    """What is known after these events in one worktree."""
    here, sessions = Pending({}), {}
    for event in events:
        here.fold(event)
        sessions[event.who] = with_event(sessions.get(event.who, {}), event)
    return Known(here, sessions)


def event(who: str, kind: str, ts: float = 1.0, **fields: Any) -> Event:
    tool, session = who.split(":")
    return Event(tool, kind, session, ts, **fields)


def decided(known: Known, **seen: Any) -> tuple[str, str, str]:
    claim = claim_for(known, Seen(ts=10.0, **seen))
    how = claim["ext"][EXT]
    return claim["agent_id"], how["method"], how["confidence"]


EDIT_A = event(A, "post_edit", paths=("a.py",))
EDIT_B = event(B, "post_edit", 2.0, paths=("b.py",))
SHELL_A = event(A, "pre_shell", tool_use_id="1", verbs=("commit",))
SHELL_B = event(B, "pre_shell", tool_use_id="2", verbs=("commit",))


@pytest.mark.parametrize(
    ("events", "seen", "expected"),
    [
        ([], {}, ("untracked", "none", "low")),
        ([], {"terminal": True}, ("human", "terminal", "medium")),
        ([], {"terminal": False}, ("untracked", "none", "low")),
        ([], {"session": A}, (A, "declared-session", "high")),
        ([], {"session": "no colon"}, ("untracked", "none", "low")),
        ([SHELL_A], {}, (A, "shell-window", "medium")),
        ([SHELL_A], {"signals": ("CLAUDECODE",)}, (A, "shell-window", "high")),
        ([SHELL_A, SHELL_B], {"signals": ("CODEX_SANDBOX",)}, (B, "shell-window", "high")),
        ([EDIT_A, SHELL_A, SHELL_B], {"paths": ("a.py",)}, (A, "shell-window", "medium")),
        ([SHELL_A, SHELL_B], {}, ("untracked", "none", "low")),
        ([SHELL_A, event(A, "post_shell", tool_use_id="1")], {}, ("untracked", "none", "low")),
        ([SHELL_A, event(A, "stop")], {"terminal": True}, ("human", "terminal", "medium")),
        ([EDIT_A], {"paths": ("a.py",)}, (A, "edits", "medium")),
        ([EDIT_A], {"paths": ("a.py", "c.py")}, (A, "edits", "low")),
        ([EDIT_A], {"paths": ("c.py",), "terminal": True}, ("human", "terminal", "medium")),
        ([EDIT_A, EDIT_B], {"paths": ("a.py", "b.py")}, (B, "edits", "low")),
        ([EDIT_A], {"signals": ("CLAUDECODE",)}, (A, "active-session", "medium")),
        ([EDIT_A], {"signals": ("CODEX_CI",)}, ("codex:unknown", "environment", "high")),
        ([], {"signals": ("CURSOR_TRACE_ID",)}, ("cursor:unknown", "environment", "low")),
        (
            [],
            {"signals": ("CURSOR_TRACE_ID",), "terminal": True},
            ("human", "terminal", "medium"),
        ),
        ([event(A, "pre_shell", verbs=())], {}, (A, "shell-window", "low")),
        ([], {"author": "x (aider) <x@y>"}, ("aider:unknown", "commit-hints", "low")),
    ],
)
def test_maker_is_found_by_the_strongest_evidence(
    events: list[Event], seen: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert decided(world(*events), **seen) == expected


def test_claim_names_model_prompt_and_every_session_behind_the_paths() -> None:
    known = world(
        event(A, "session_start", model="claude-opus-4-6"),
        event(A, "prompt", prompt_mac="1" * 64, redactions=1),
        event(A, "prompt", prompt_mac="2" * 64),
        EDIT_A,
        EDIT_B,
    )
    claim = claim_for(known, Seen(session=A, paths=("a.py", "b.py")))
    assert claim["model"] == "anthropic/claude-opus-4-6"
    assert claim["prompt"] is None
    assert claim["prompt_info"]["hmac_sha256"] == "2" * 64
    assert claim["prompt_info"]["policy"] == "hash-only"
    assert claim["prompt_info"]["redactions"] == 0
    assert set(claim["sessions"]) == {session_key(A), session_key(B)}
    agent = claim["sessions"][session_key(A)]["agent_id"]
    assert agent == {"tool": "claude", "id": "a", "model": "claude-opus-4-6"}


def test_what_was_said_wins_over_what_was_seen() -> None:
    known = world(EDIT_A)
    known.here.tell({"op": "set", "said": {"agent": "acme:7", "model": "acme/m1"}})
    claim = claim_for(known, Seen(session=A, paths=("a.py",)))
    assert (claim["agent_id"], claim["model"]) == ("acme:7", "acme/m1")
    known.here.tell({"op": "commit", "ticket": "t", "said": {"agent": "human"}})
    assert claim_for(known, Seen(ticket="t"))["agent_id"] == "human"
    assert claim_for(known, Seen(ticket="other"))["agent_id"] == "acme:7"


def test_edits_and_once_are_used_up_when_a_commit_took_them() -> None:
    known = world(EDIT_A)
    known.here.tell({"op": "set", "said": {"agent": "acme:7", "once": True}})
    known.here.committed({"a.py": None}, "")
    assert decided(known, paths=("a.py",)) == ("untracked", "none", "low")
    assert known.here.context == {}


def test_context_is_gone_when_cleared_and_a_failed_commit_when_dropped() -> None:
    here = Pending({})
    here.tell({"op": "set", "said": {"agent": "acme:7"}})
    here.tell({"op": "commit", "ticket": "t", "said": {"agent": "acme:8"}})
    here.tell({"op": "drop", "ticket": "other"})
    assert here.told("t")["agent"] == "acme:8"
    here.tell({"op": "drop", "ticket": "t"})
    assert here.told("t")["agent"] == "acme:7"
    here.tell({"op": "clear"})
    assert here.value.get("context") is None


def test_shell_of_a_killed_agent_is_over_after_its_time() -> None:
    known = world(SHELL_A, event(B, "stop", SHELL_SECONDS + 2.0))
    assert known.here.shells == {}


EVENTS = st.lists(
    st.builds(
        Event,
        agent=st.sampled_from(["claude", "codex"]),
        event=st.sampled_from(sorted(KINDS)),
        session=st.sampled_from(["", "1", "2"]),
        ts=st.floats(0, 1e5),
        paths=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
        verbs=st.lists(st.sampled_from(["commit", "status"]), max_size=2).map(tuple),
        tool_use_id=st.sampled_from(["", "x", "y"]),
    ),
    max_size=12,
)


@given(EVENTS)
def test_state_is_the_same_when_it_went_through_json_on_the_way(
    events: list[Event],
) -> None:
    once, stored = Pending({}), Pending({})
    for item in events:
        once.fold(item)
        stored.fold(item)
        stored = Pending(json.loads(json.dumps(stored.value)))
    assert stored.value == once.value


@given(EVENTS, st.lists(st.sampled_from("abc"), unique=True))
def test_claim_names_only_sessions_that_were_seen(events: list[Event], paths: list[str]) -> None:
    known = world(*events)
    claim = claim_for(known, Seen(paths=tuple(paths)))
    assert claim["agent_id"] in {"untracked", *(e.who for e in events if e.who)}


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(st.none() | st.text(max_size=5), st.lists, max_leaves=6),
        max_size=6,
    )
)
def test_state_is_read_when_it_was_damaged(value: dict[str, Any]) -> None:
    keys = ("edits", "shells", "active", "context", "commit")
    damaged = dict(zip(keys, [*value.values(), None, 5, "x", []], strict=False))
    Pending(damaged).fold(EDIT_A)


def test_state_stays_bounded_when_an_agent_edits_without_end() -> None:
    here = Pending({})
    for number in range(MOST_EDITS + 10):
        here.fold(event(A, "post_edit", number, paths=(f"{number}.py",)))
    assert len(here.edits) == MOST_EDITS
    assert "0.py" not in here.edits


@pytest.mark.parametrize(
    ("environment", "agent", "sure"),
    [
        ({}, None, None),
        ({"CI": "true"}, None, None),
        ({"CLAUDECODE": "1"}, "claude", "high"),
        ({"CLAUDECODE": "0"}, None, None),
        ({"CLAUDECODE": "1", "CLAUDE_CODE_IS_COWORK": "1"}, "claude-cowork", "high"),
        ({"AI_AGENT": "claude-code@2.1", "CODEX_CI": "1"}, "claude", "high"),
        ({"AI_AGENT": "github_copilot_cloud_agent"}, "copilot", "high"),
        ({"AGENT": "amp"}, "amp", "high"),
        ({"AGENT": "007"}, None, None),
        ({"CURSOR_TRACE_ID": "x"}, "cursor", "low"),
        ({"CURSOR_TRACE_ID": "x", "CLAUDECODE": "1"}, "claude", "high"),
        ({"COPILOT_GITHUB_TOKEN": "value"}, "copilot", "low"),
    ],
)
def test_agent_is_detected_by_its_variables(
    environment: dict[str, str], agent: str | None, sure: str | None
) -> None:
    found = detect(signals_in(environment))
    assert (found.agent, found.sure) == (agent, sure) if agent and found else found is None


def test_signals_never_hold_a_value_of_a_variable() -> None:
    everything = {s.variable: s.value or "the-value" for s in SIGNALS}
    assert "the-value" not in " ".join(signals_in(everything))


@pytest.mark.parametrize(
    ("author", "message", "expected"),
    [
        ("A <a@b>", "x\n\nCo-authored-by: Claude <noreply@anthropic.com>", ["claude"]),
        ("A <a@b>", "x\n\nClaude-Session: https://claude.ai/code/session_01Ab", ["claude"]),
        ("A <a@b>", "x\n\nAssisted-by: Codex:gpt-5 [ruff]", ["codex"]),
        ("A <a@b>", "Co-authored-by: Claude\n\nnot the last paragraph", []),
        ("cursor[bot] <1+cursor[bot]@x> 1 +0000", "x", ["cursor"]),
        ("Copilot <198982749+Copilot@users.noreply.github.com> 1 +0", "x", ["copilot"]),
        ("Eve <evil-noreply@anthropic.com>", "x", []),
        ("Eve <evil-amp@ampcode.com>", "x", []),
        ("A B (aider) <a@b> 1 +0000", "x", ["aider"]),
        ("A <a@b>", "x\n\nCo-authored-by: aider (gpt-5) <aider@aider.chat>", ["aider"]),
        ("devin-ai-integration[bot] <1+devin-ai-integration[bot]@x>", "x", ["devin"]),
        ("factory-droid[bot] <1+factory-droid[bot]@users.noreply.github.com>", "x", ["droid"]),
        ("google-labs-jules[bot] <1+x@y>", "x", ["jules"]),
        ("A <a@b>", "x\n\nCo-authored-by: Continue <noreply@continue.dev>", ["continue"]),
        (
            "A <a@b>",
            "x\n\nAmp-Thread-ID: https://ampcode.com/threads/T-1\n"
            "Co-authored-by: Amp <amp@ampcode.com>",
            ["amp", "amp"],
        ),
    ],
)
def test_hints_are_read_from_a_commit(author: str, message: str, expected: list[str]) -> None:
    assert [hint.agent for hint in hints(author, "C <c@d>", message)] == expected


def test_a_trailer_names_the_session_when_it_has_one() -> None:
    amp = "x\n\nAmp-Thread-ID: https://ampcode.com/threads/T-1/"
    claude = "x\n\nClaude-Session: https://claude.ai/code/session_01Ab"
    assert [h.session for m in (amp, claude) for h in hints("", "", m)] == ["T-1", "01Ab"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("claude-opus-4-6", "anthropic/claude-opus-4-6"),
        ("gpt-5.3-codex", "openai/gpt-5.3-codex"),
        ("openrouter/meta/llama-4", "openrouter/meta/llama-4"),
        ("Claude Opus 4", None),
        ("house-blend", None),
        ("", None),
    ],
)
def test_model_gets_its_provider_when_its_family_is_known(said: str, expected: str | None) -> None:
    assert models.reference(said) == expected


def test_surer_evidence_wins_over_weaker_but_not_over_what_was_not_decided_here() -> None:
    weak = claim_for(world(EDIT_A), Seen(paths=("a.py", "c.py")))
    sure = claim_for(world(EDIT_B), Seen(session=B))
    news = improved(weak, sure)
    assert news is not None
    assert news["agent_id"] == B
    assert improved(sure, weak) is None
    assert improved(weak, sure, carried=True) is None
    assert improved({"agent_id": "imported:1"}, sure) is None
    assert improved(sure, claim_for(world(), Seen())) is None


def test_what_was_said_of_a_commit_wins_over_a_carried_record_once() -> None:
    known = world()
    tests = {"total": 1, "failed": 0, "skipped": 0, "ran_on_tree": "a" * 40}
    said = {"model": "acme/m2", "tests": tests, "tests_passed": True, "artifacts": [{"name": "r"}]}
    known.here.tell({"op": "commit", "ticket": "t", "said": said})
    claim = claim_for(known, Seen(ticket="t"))
    old = {"agent_id": A, "model": "acme/m1", "artifacts": [{"name": "x"}], "ext": {"b.c": 1}}
    existing = {**old, "subject": {"tree": "a" * 40}}
    news = improved(existing, claim, carried=True)
    assert news is not None
    assert "agent_id" not in news
    assert (news["model"], news["tests_passed"]) == ("acme/m2", True)
    assert news["artifacts"] == [{"name": "x"}, {"name": "r"}]
    assert news["ext"]["b.c"] == 1
    assert improved({**existing, **news}, claim, carried=True) is None
    other = improved({**existing, "subject": {"tree": "b" * 40}}, claim, carried=True)
    assert other is not None
    assert "tests_passed" not in other


@given(
    st.dictionaries(
        st.sampled_from(["agent", "model", "tests", "once", "prompt_mac"]),
        st.none() | st.integers() | st.text(max_size=5) | st.booleans(),
    )
)
def test_claim_is_made_when_a_context_line_is_damaged(said: dict[str, Any]) -> None:
    known = world(EDIT_A)
    known.here.tell({"op": "set", "said": said})
    assert claim_for(known, Seen())["agent_id"]


CALL = {"tool_use_id": "toolu_01ABCDEF", "verbs": ("commit",)}
UUID = "8c35adc1-7d1f-4d0e-9b6e-0c1d2e3f4a5b"


def test_a_command_is_over_when_its_start_is_told_again_after_its_end() -> None:
    told = [event("claude:s", kind, **CALL) for kind in ("pre_shell", "post_shell", "pre_shell")]
    assert Pending(world(*told).here.value).shells == {}


def test_a_command_runs_when_its_agent_gives_all_of_them_the_same_short_id() -> None:
    same = {**CALL, "tool_use_id": "bash"}
    told = [event("cline:s", kind, **same) for kind in ("pre_shell", "post_shell", "pre_shell")]
    assert len(world(*told).here.shells) == 1


def test_an_edit_counts_once_when_two_agents_hooks_told_it() -> None:
    edits = [
        event(f"{agent}:{UUID}", "post_edit", paths=("a",), tool_use_id="toolu_01ABCDEF")
        for agent in ("copilot", "claude")
    ]
    assert list(world(*edits).here.edits["a"]) == [f"copilot:{UUID}"]


def test_both_edits_count_when_two_agents_have_the_same_short_session() -> None:
    edits = [
        event(f"{agent}:1", "post_edit", paths=("a",), tool_use_id="toolu_01ABCDEF")
        for agent in ("one", "two")
    ]
    assert list(world(*edits).here.edits["a"]) == ["one:1", "two:1"]

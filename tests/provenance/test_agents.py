"""Every golden payload of an agent becomes the event that stands beside it."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance.agents import claude, registry
from git_anvcs.provenance.events import KINDS, Event, NotAnEvent, from_line, to_line
from git_anvcs.provenance.told import Wrote

CASES = Path(__file__).parents[1] / "cases/agents"

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = sorted(
    {
        *("session_id", "sessionId", "sessionID", "conversation_id", "trajectory_id", "taskId"),
        *("thread_id", "hook_event_name", "agent_action_name", "hookName", "event", "cwd"),
        *("tool_name", "toolName", "tool", "tool_input", "toolArgs", "tool_info", "args"),
        *("parameters", "preToolUse", "prompt", "transcript_path", "model", "workspace_roots"),
        *("files", "edits", "edited_filepaths", "execution_id", "callID", "command", "type"),
    }
)
TOLD = ["PreToolUse", "preToolUse", "BeforeTool", "post_write_code", "tool.execute.after", ""]
TOOLS = ["Edit", "Write", "apply_patch", "bash", "Shell", "editFiles", "execute_command"]


def golden(agent: str) -> list[Path]:
    return sorted((CASES / agent).glob("*.json"))


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{a}/{case.stem}") for a in registry.AGENTS for case in golden(a)],
)
def test_payload_becomes_the_event_beside_it(case: Path) -> None:
    given_case = json.loads(case.read_text())
    agent = registry.load(case.parent.name)
    assert agent is not None
    told = given_case.get("told", "")
    if "refused" in given_case:
        with pytest.raises(NotAnEvent, match=given_case["refused"]):
            agent.parse(given_case["payload"], told)
        return
    expected = given_case["event"]
    if expected is not None:
        wrote = tuple(Wrote(*item) for item in expected.get("wrote", ()))
        paths = tuple(expected.get("paths", ()))
        expected = Event(**{**expected, "paths": paths, "wrote": wrote})
    assert agent.parse(given_case["payload"], told) == expected


@settings(max_examples=400)
@given(
    st.dictionaries(st.sampled_from(KEYS), JSON_VALUES | st.sampled_from([*TOLD, *TOOLS])),
    st.sampled_from(registry.AGENTS),
    st.sampled_from(TOLD),
)
def test_parse_gives_an_event_or_refuses_when_fields_have_any_type(
    payload: dict[str, object], name: str, told: str
) -> None:
    agent = registry.load(name)
    assert agent is not None
    try:
        event = agent.parse(payload, told)
    except NotAnEvent:
        return
    assert event is None or (event.event in KINDS and to_line(event))


@given(st.data())
def test_parse_gives_an_event_or_refuses_when_a_golden_payload_is_damaged(
    data: st.DataObject,
) -> None:
    """One field of a real payload, at any depth, holds something else."""
    case = data.draw(st.sampled_from([c for a in registry.AGENTS for c in golden(a)]))
    given_case = json.loads(case.read_text())
    place = given_case["payload"]
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON_VALUES)
    agent = registry.load(case.parent.name)
    assert agent is not None
    try:
        event = agent.parse(given_case["payload"], given_case.get("told", ""))
    except NotAnEvent:
        return
    assert event is None or event.event in KINDS


@pytest.mark.parametrize("name", registry.AGENTS)
def test_every_agent_has_golden_payloads_and_all_that_the_protocol_asks_for(name: str) -> None:
    agent = registry.load(name)
    assert agent is not None
    assert golden(name)
    assert isinstance(agent.ENV_FILE, str)
    assert agent.ANSWER == "" or isinstance(json.loads(agent.ANSWER), dict)


def test_a_payload_of_another_agent_is_refused_whatever_hook_it_came_through() -> None:
    for name in set(registry.AGENTS) - {"cursor", "neutral"}:
        agent = registry.load(name)
        assert agent is not None
        with pytest.raises(NotAnEvent, match="Cursor"):
            agent.parse({"cursor_version": "2.1", "hook_event_name": "Stop"}, "Stop")


@given(JSON_VALUES)
def test_from_line_gives_an_event_or_refuses_when_a_line_is_odd(value: object) -> None:
    line = {"event_v": 1, "event": "prompt", "agent": value, "session": value, "paths": value}
    event = from_line({**line, "ts": value, "redactions": value, "prompt_mac": value})
    assert event.event == "prompt"


def test_event_survives_the_spool_without_its_texts_when_written_as_a_line() -> None:
    event = Event(
        "claude",
        "prompt",
        "s1",
        paths=("a.py",),
        prompt="the text",
        command="curl -H secret",
        prompt_mac="f" * 64,
        redactions=2,
    )
    line = to_line(event)
    assert "the text" not in json.dumps(line)
    assert "curl" not in json.dumps(line)
    assert from_line({"ts": 5, **line}) == event._replace(prompt="", command="", ts=5.0)


def test_model_is_found_when_the_transcript_ends_in_an_answer() -> None:
    lines = [
        {"type": "assistant", "message": {"model": "claude-opus-4-6", "content": []}},
        {"type": "user", "message": {"role": "user", "content": '"assistant"'}},
        {"type": "assistant", "message": {"model": "<synthetic>"}},
    ]
    tail = b'torn "assistant" line}\n' + b"".join(json.dumps(x).encode() + b"\n" for x in lines)
    assert claude.model_in_transcript(tail) == "claude-opus-4-6"
    assert claude.model_in_transcript(b"") == ""

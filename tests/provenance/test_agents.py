"""Every golden payload of an agent becomes the event that stands beside it."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance.agents import registry
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


def json_lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def said_in_text(model: str) -> str:
    """What a person or a tool may have written into a transcript; it must not count."""
    return json.dumps({"type": "gemini", "model": model, "chatModelTitle": model}, indent=2)


GEMINI = {"id": "1", "type": "gemini", "content": [], "model": "gemini-3-pro-preview"}
OLDER = {"sessionId": "s", "messages": [{"type": "user", "content": said_in_text("x")}, GEMINI]}
TRANSCRIPTS = {
    "claude": json_lines(
        {"type": "assistant", "message": {"model": "claude-opus-4-6", "content": []}},
        {"type": "user", "message": {"role": "user", "content": '"assistant"', "model": "x"}},
        {"type": "assistant", "message": {"model": "<synthetic>"}},
    ),
    "codex": json_lines(
        {"type": "turn_context", "payload": {"model": "gpt-5.2", "cwd": "/repo"}},
        {"type": "turn_context", "payload": {"model": "gpt-5.3-codex"}},
        {"type": "response_item", "payload": {"type": "message", "model": "x"}},
    ),
    "gemini": json_lines(
        GEMINI,
        {"id": "2", "type": "user", "content": [{"text": said_in_text("x")}], "model": "x"},
        {"id": "3", "type": "gemini", "content": "b", "tokens": None},
        {"$set": {"lastUpdated": "t"}},
    ),
    "gemini older": json.dumps(OLDER, indent=2).encode()[120:],
    "copilot": json_lines(
        {"type": "session.start", "data": {"selectedModel": "claude-sonnet-4.5"}},
        {"type": "session.model_change", "data": {"newModel": "gpt-5.1"}},
        {"type": "assistant.message", "agentId": "child", "data": {"model": "x"}},
        {"type": "assistant.message", "data": {"parentToolCallId": "t", "model": "x"}},
        {"type": "user.message", "data": {"content": said_in_text("x"), "model": "x"}},
    ),
    "droid": json.dumps({"model": "claude-opus-4-6", "tokenUsage": {}}, indent=2).encode(),
    "continue": json.dumps(
        {"history": [{"message": {"content": said_in_text("x")}}], "chatModelTitle": "gpt-5.1"}
    ).encode()[20:],
}
MODELS = {
    "claude": "claude-opus-4-6",
    "codex": "gpt-5.3-codex",
    "gemini": "gemini-3-pro-preview",
    "gemini older": "gemini-3-pro-preview",
    "copilot": "gpt-5.1",
    "droid": "claude-opus-4-6",
    "continue": "gpt-5.1",
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_model_is_the_last_one_that_answered(name: str) -> None:
    tail, agent = TRANSCRIPTS[name], name.split(maxsplit=1)[0]
    assert registry.model_in_transcript(agent, tail) == MODELS[name]
    if agent != "droid":  # whose settings are one object, read whole
        torn = b'torn "model" line}\n' + tail
        assert registry.model_in_transcript(agent, torn) == MODELS[name]


@pytest.mark.parametrize("agent", registry.AGENTS)
@pytest.mark.parametrize(
    "tail",
    [
        *(
            b"",
            b"{",
            b"[" * 100_000,
            b"null\n",
            b"\xff\xfe\x00",
            b'{"type":5,"data":7,"model":9}\n',
        ),
        b'{"model":"my own model","chatModelTitle":"Claude, the good one"}',
        b'{"type":"gemini","model":"custom:secret-host"}\n',
    ],
)
def test_a_transcript_that_does_not_fit_tells_no_model(agent: str, tail: bytes) -> None:
    assert registry.model_in_transcript(agent, tail) == ""


@given(st.sampled_from(registry.AGENTS), st.binary(max_size=200), st.data())
def test_a_damaged_transcript_is_no_obstacle(agent: str, junk: bytes, data: st.DataObject) -> None:
    tail = next((t for name, t in TRANSCRIPTS.items() if name.startswith(agent)), b"")
    at = data.draw(st.integers(0, len(tail)))
    assert isinstance(registry.model_in_transcript(agent, tail[:at] + junk + tail[at:]), str)


def test_droids_model_is_looked_for_beside_its_transcript() -> None:
    assert registry.model_file("droid", "/a/b.jsonl") == "/a/b.settings.json"
    assert registry.model_file("claude", "/a/b.jsonl") == "/a/b.jsonl"
    assert registry.model_file("amp", "/a/b.jsonl") == registry.model_file("no", "/a") == ""

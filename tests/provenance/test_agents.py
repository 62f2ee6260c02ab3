"""Every golden payload of an agent becomes the event that stands beside it."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance.agents import claude, registry
from git_anvcs.provenance.events import KINDS, Event, NotAnEvent, from_line, to_line

CASES = Path(__file__).parents[1] / "cases/agents"

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
CLAUDE_KEYS = [
    "session_id",
    "hook_event_name",
    "cwd",
    "tool_name",
    "tool_input",
    "prompt",
    "transcript_path",
    "model",
]


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
        expected = Event(**{**expected, "paths": tuple(expected.get("paths", ()))})
    assert agent.parse(given_case["payload"], told) == expected


@given(st.dictionaries(st.sampled_from(CLAUDE_KEYS), JSON_VALUES), st.sampled_from(registry.AGENTS))
def test_parse_gives_an_event_or_refuses_when_fields_have_any_type(
    payload: dict[str, object], name: str
) -> None:
    agent = registry.load(name)
    assert agent is not None
    try:
        event = agent.parse(payload, "PreToolUse")
    except NotAnEvent:
        return
    assert event is None or event.event in KINDS


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

"""Factory Droid: hooks like Claude Code's, in `.factory`; some payloads are in camel case."""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.agents.transcripts import plain, whole
from git_anvcs.provenance.events import Event

ENV_FILE = ""
ANSWER = ""

_SHAPE = Shape(
    agent="droid",
    edits=frozenset({"ApplyPatch", "Create", "Edit", "MultiEdit", "Write"}),
    shells=frozenset({"Bash", "Execute"}),
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    return read(payload, told, _SHAPE)


def warned(advice: str, *, ask: bool) -> str:
    """The answer to PreToolUse that shows the user advice, or makes Droid ask about the edit.

    Only after a tool Droid reads context for the model.
    """
    if not ask:
        return json.dumps({"systemMessage": advice})
    decided = {"permissionDecision": "ask", "permissionDecisionReason": advice}
    said = {"hookEventName": "PreToolUse", **decided}
    return json.dumps({"systemMessage": advice, "hookSpecificOutput": said})


def model_file(transcript: str) -> str:
    """Not the transcript tells the model, the settings of its session beside it do."""
    return f"{transcript.removesuffix('.jsonl')}.settings.json"


def model_in_transcript(tail: bytes) -> str:
    """The model in a session's settings."""
    return plain(whole(tail))

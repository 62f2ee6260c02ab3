"""Codex CLI: hooks in `.codex/hooks.json`, and its older `notify` program.

The names are Claude Code's; `apply_patch` edits, and its input is the patch. `notify` gives one
JSON object with `type: agent-turn-complete` and hyphens in its names, at the end of a turn.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.agents.transcripts import objects, plain
from git_anvcs.provenance.events import Event, mapping

ENV_FILE = ""
ANSWER = ""

_SHAPE = Shape(
    agent="codex",
    edits=frozenset({"apply_patch", "Edit", "Write"}),
    shells=frozenset({"Bash", "exec_command", "shell", "shell_command", "local_shell"}),
    session=("session_id", "thread_id", "thread-id"),
    tool_prefix="functions.",
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    if payload.get("type") == "agent-turn-complete":
        return read(payload, "Stop", _SHAPE)
    return read(payload, told, _SHAPE)


def warned(advice: str, *, ask: bool) -> str:
    """The answer to PreToolUse that gives the agent advice; Codex cannot be made to ask."""
    del ask
    said = {"hookEventName": "PreToolUse", "additionalContext": advice}
    return json.dumps({"hookSpecificOutput": said})


def model_in_transcript(tail: bytes) -> str:
    """The model of the last turn in the end of a rollout file."""
    turns = (said for said in objects(tail) if said.get("type") == "turn_context")
    return next((model for said in turns if (model := plain(mapping(said, "payload")))), "")

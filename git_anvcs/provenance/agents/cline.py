"""Cline: executable files named after the event in `.clinerules/hooks/`.

A session is a taskId. Tool and parameters stand in an object named after the event (`preToolUse`)
or, in other versions, at the top. The answer is JSON; ours cancels nothing.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.events import Event, mapping, text

ENV_FILE = ""
ANSWER = '{"cancel":false}'

_SHAPE = Shape(
    agent="cline",
    edits=frozenset({"write_to_file", "replace_in_file", "apply_patch"}),
    shells=frozenset({"execute_command"}),
    tool_events={"PreToolUse": "pre", "PostToolUse": "post"},
    events={
        "TaskStart": "session_start",
        "TaskResume": "session_start",
        "UserPromptSubmit": "prompt",
        "TaskCancel": "stop",
        "TaskComplete": "stop",
    },
    event=("hookName",),
    session=("taskId",),
    tool=("toolName",),
    tool_input=("parameters",),
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    said = text(payload, "hookName") or told
    inner = mapping(payload, said[:1].lower() + said[1:])
    return read({**inner, **payload}, told, _SHAPE)


def warned(advice: str, *, ask: bool) -> str:
    """The answer to PreToolUse that gives the agent advice; Cline cannot be made to ask."""
    del ask
    return json.dumps({"cancel": False, "contextModification": advice})

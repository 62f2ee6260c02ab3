"""OpenCode: what our plugin (`.opencode/plugins/git-anvcs.ts`) passes on.

OpenCode has no command hooks; the plugin is called with the names used here and hands them over
as they are, as `event` with `sessionID`, `callID`, `tool`, `args`, `model` and `cwd`.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.events import Event

ENV_FILE = ""
ANSWER = ""

_SHAPE = Shape(
    agent="opencode",
    edits=frozenset({"edit", "write", "patch", "apply_patch", "multiedit"}),
    shells=frozenset({"bash", "shell"}),
    tool_events={
        "tool.execute.before": "pre",
        "tool.execute.after": "post",
        "PreToolUse": "pre",
        "PostToolUse": "post",
    },
    events={
        "session.created": "session_start",
        "chat.message": "prompt",
        "session.idle": "stop",
        "session.deleted": "session_end",
    },
    event=("event", "hook_event_name"),
    session=("sessionID", "session_id"),
    tool=("tool", "tool_name"),
    tool_input=("args", "tool_input"),
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    event = read(payload, told, _SHAPE)
    call = payload.get("callID")
    if event is None or not isinstance(call, str):
        return event
    return event._replace(tool_use_id=event.tool_use_id or _short(call))


def warned(advice: str, *, ask: bool) -> str:
    """The answer from which our plugin takes what it puts under the output of the tool."""
    del ask
    return json.dumps({"warning": advice})


def _short(call: str) -> str:
    return call if len(call) <= 256 and call.isprintable() else ""

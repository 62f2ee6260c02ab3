"""Cursor: hooks in `.cursor/hooks.json`, since 1.7; `preToolUse` and `postToolUse` came later.

A session is a conversation_id. There is no cwd: paths lie in one of the workspace_roots. On
Windows a path may come as `/c:/…`. The answer has to be JSON; ours grants and refuses nothing,
so what Cursor asks the user about stays as it is.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.events import Event

ENV_FILE = ""
ANSWER = "{}"
HEARS_AT = "post_edit"  # before a tool it reads text only with a refusal; after one, for the model

_SHAPE = Shape(
    agent="cursor",
    edits=frozenset({"Write", "Delete", "StrReplace", "ApplyPatch", "Edit", "MultiEdit"}),
    shells=frozenset({"Shell"}),
    tool_events={"preToolUse": "pre", "postToolUse": "post", "postToolUseFailure": "failed"},
    events={
        "sessionStart": "session_start",
        "beforeSubmitPrompt": "prompt",
        "afterFileEdit": "post_edit",
        "beforeShellExecution": "pre_shell",
        "afterShellExecution": "post_shell",
        "subagentStart": "subagent_start",
        "subagentStop": "subagent_stop",
        "stop": "stop",
        "sessionEnd": "session_end",
    },
    session=("conversation_id", "session_id"),
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    event = read(payload, told, _SHAPE)
    if event is None:
        return None
    return event._replace(cwd=_plain(event.cwd), paths=tuple(_plain(p) for p in event.paths))


def warned(advice: str, *, ask: bool) -> str:
    """The answer to postToolUse that gives the agent advice; the edit is made by then."""
    del ask
    return json.dumps({"additional_context": advice})


def _plain(path: str) -> str:
    """`/c:/x` is `c:/x`."""
    return path[1:] if path[:1] == "/" and path[2:3] == ":" else path

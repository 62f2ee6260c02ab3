"""Windsurf (Cascade): hooks in `.windsurf/hooks.json`.

A session is a trajectory_id; what happened stands in tool_info. Its JSON may hold raw control
characters inside of strings, which the hook's decoder allows.
"""

from collections.abc import Mapping

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.events import LONGEST_PATH, Event, mapping, text

ENV_FILE = ""
ANSWER = ""

_SHAPE = Shape(
    agent="windsurf",
    edits=frozenset(),
    shells=frozenset(),
    tool_events={},
    events={
        "pre_user_prompt": "prompt",
        "pre_write_code": "pre_edit",
        "post_write_code": "post_edit",
        "pre_run_command": "pre_shell",
        "post_run_command": "post_shell",
        "post_cascade_response": "stop",
        "post_cascade_response_with_transcript": "stop",
    },
    event=("agent_action_name",),
    session=("trajectory_id",),
    tool_input=("tool_info",),
    prompt=("user_prompt",),
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    info = mapping(payload, "tool_info")
    # An execution_id is of a whole turn, so it names the prompt and not the call of a tool.
    inner = {"user_prompt": info.get("user_prompt"), "prompt_id": payload.get("execution_id")}
    event = read({**inner, **payload}, told, _SHAPE)
    if event is None:
        return None
    return event._replace(transcript=text(info, "transcript_path", limit=LONGEST_PATH))

"""Gemini CLI: hooks in `.gemini/settings.json`.

Standard output must be JSON and nothing else. Its own notes below `~/.gemini/tmp` are no work on
the project.
"""

from collections.abc import Mapping

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.events import Event

ENV_FILE = ""
ANSWER = "{}"

_SHAPE = Shape(
    agent="gemini",
    edits=frozenset({"write_file", "replace"}),
    shells=frozenset({"run_shell_command"}),
    tool_events={"BeforeTool": "pre", "AfterTool": "post"},
    events={
        "SessionStart": "session_start",
        "BeforeAgent": "prompt",
        "AfterAgent": "stop",
        "SessionEnd": "session_end",
    },
)
_OWN_NOTES = "/.gemini/tmp/"


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    event = read(payload, told, _SHAPE)
    if event is None or not event.paths:
        return event
    paths = tuple(path for path in event.paths if _OWN_NOTES not in path.replace("\\", "/"))
    return event._replace(paths=paths) if paths else None

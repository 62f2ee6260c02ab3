"""Gemini CLI: hooks in `.gemini/settings.json`.

Standard output must be JSON and nothing else. Its own notes below `~/.gemini/tmp` are no work on
the project.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.agents.transcripts import objects, plain
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


def warned(advice: str, *, ask: bool) -> str:
    """The answer to BeforeTool that shows the user advice; the model cannot be told then."""
    del ask
    return json.dumps({"systemMessage": advice})


def model_in_transcript(tail: bytes) -> str:
    """The model of the last answer in the end of a session file."""
    answers = (said for said in objects(tail) if said.get("type") == "gemini")
    found = next((model for said in answers if (model := plain(said))), "")
    return found or _in_older_file(tail)


def _in_older_file(tail: bytes) -> str:
    """Of older versions: one indented object, whose messages have their fields at this depth."""
    import re

    pattern = rb'(?m)^ {6}"model": "([A-Za-z0-9._-]{1,128})"'
    found = re.findall(pattern, tail)
    return found[-1].decode() if found else ""

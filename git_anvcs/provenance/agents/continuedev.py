"""Continue's CLI (`cn`): hooks as Claude Code's, in `.continue/settings.local.json`.

It runs the hooks of Claude Code's settings too; those payloads are refused there.
"""

from collections.abc import Mapping

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.events import Event

ENV_FILE = ""
ANSWER = ""

_SHAPE = Shape(
    agent="continue",
    edits=frozenset({"edit", "Edit", "MultiEdit", "multiEdit", "Write", "write"}),
    shells=frozenset({"terminal", "Bash", "bash", "run_terminal_command"}),
    paths=("file_path", "filepath", "filePath", "path"),
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    return read(payload, told, _SHAPE)


def model_in_transcript(tail: bytes) -> str:
    """The model chosen in a session file; a title in words is no model's name."""
    import re

    # A quote inside of a JSON string is escaped: this is a field of the session, no text in it.
    pattern = rb'(?<!\\)"chatModelTitle"\s*:\s*"([A-Za-z0-9._/:-]{1,128})"'
    found = re.findall(pattern, tail)
    return found[-1].decode() if found else ""

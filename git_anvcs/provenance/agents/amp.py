"""Amp: what a plugin passes on (git-ai's Amp plugin sends the same); a session is a thread_id."""

from collections.abc import Mapping

from git_anvcs.provenance.agents.shape import Shape, read
from git_anvcs.provenance.events import Event

ENV_FILE = ""
ANSWER = ""

_SHAPE = Shape(
    agent="amp",
    edits=frozenset({"create_file", "edit_file", "apply_patch", "undo_edit", "Edit", "Write"}),
    shells=frozenset({"Bash", "bash", "shell_command"}),
    session=("thread_id", "threadID", "session_id"),
)


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    event = read(payload, told, _SHAPE)
    if event is None or event.paths or "_edit" not in event.event:
        return event
    # The plugin may name the files it saw change beside the tool's input.
    paths = payload.get("edited_filepaths")
    named = tuple(p for p in paths if isinstance(p, str)) if isinstance(paths, list) else ()
    return event._replace(paths=named[:1000])

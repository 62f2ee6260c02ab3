"""Factory Droid: hooks like Claude Code's, in `.factory`; some payloads are in camel case."""

from collections.abc import Mapping

from git_anvcs.provenance.agents.shape import Shape, read
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

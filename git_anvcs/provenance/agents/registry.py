"""The agents we understand, and what a module about one must offer.

Adding one: a module here with `parse` (most need only a Shape), a name in AGENTS, golden payloads
under tests/cases/agents/<name>/, a row in docs/reference/agents.md.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from git_anvcs.provenance.events import Event

AGENTS = (
    "claude",
    "codex",
    "cursor",
    "gemini",
    "copilot",
    "windsurf",
    "opencode",
    "droid",
    "continue",
    "cline",
    "amp",
    "neutral",
)

# Names that are not the module's.
_MODULES = {"agent-v1": "neutral", "continue": "continuedev"}


class Agent(Protocol):
    """A module about one agent: from its hook's payload to our event."""

    def parse(self, payload: Mapping[str, object], told: str) -> Event | None:
        """What happened, or None when it is nothing we keep.

        told: the event's name from the command line, for agents that do not say it in the payload
        Raises NotAnEvent for a payload that is not this agent's.
        """

    # The shell line that makes the agent's later commands name their session, for agents that
    # offer a file for it: the name of the variable that holds the file, else "".
    ENV_FILE: str

    # What the agent wants to read on standard output whatever happened; most want silence. It
    # must neither grant nor refuse anything.
    ANSWER: str

    # A module may also have `warned(advice, *, ask) -> str`: the answer that gives an agent advice
    # before an edit, `ask`: lets the user decide first, where the agent can. `HEARS_AT` names
    # another event where the agent reads nothing before an edit. And
    # `model_in_transcript(tail) -> str` and, where another file tells the
    # model, `model_file(transcript) -> str`: see the functions of these names below.


def load(name: str) -> Agent | None:
    """The module about an agent, or None when there is none."""
    module = _MODULES.get(name, name if name in AGENTS else "")
    if not module:
        return None
    return cast("Agent", import_module(f"git_anvcs.provenance.agents.{module}"))


def model_file(agent: str, transcript: str) -> str:
    """The file whose end may tell the model of a session; empty when there is none to look at."""
    module = load(agent)
    if not hasattr(module, "model_in_transcript"):
        return ""
    elsewhere = getattr(module, "model_file", None)
    return str(elsewhere(transcript)) if elsewhere else transcript


def model_in_transcript(agent: str, tail: bytes) -> str:
    """The model of the last answer, by the end of an agent's `model_file`; empty when unknown."""
    read = getattr(load(agent), "model_in_transcript", None)
    return str(read(tail)) if read else ""

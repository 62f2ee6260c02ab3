"""The agents we understand, and what a module about one must offer.

Adding one: a module here with `parse`, a line in `load`, golden payloads under
tests/cases/agents/<name>/.
"""

from collections.abc import Mapping
from typing import Protocol

from git_anvcs.provenance.events import Event

AGENTS = ("claude", "neutral")


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


def load(name: str) -> Agent | None:
    """The module about an agent, or None when there is none."""
    match name:
        case "claude":
            from git_anvcs.provenance.agents import claude

            return claude
        case "neutral" | "agent-v1":
            from git_anvcs.provenance.agents import neutral

            return neutral
    return None

"""Edits that are under way: which agent is about to write into which file. Pure.

An agent's hook tells of an edit before and after. Calls that overlap on a file spoil each other:
what changed there may be anybody's.
"""

from collections.abc import Mapping
from typing import Any

from git_anvcs.provenance.events import Event
from git_anvcs.provenance.versions import table

# An edit whose end was never told is over by then.
EDIT_SECONDS = 600


class Calls:
    """path -> call -> {who, ts, mixed, key}: key is what the file held then, where that is kept."""

    def __init__(self, value: object) -> None:
        self.open: dict[str, dict[str, dict[str, Any]]] = {
            path: {call: dict(said) for call, said in table(calls).items() if _is_open(said)}
            for path, calls in table(value).items()
        }

    @property
    def value(self) -> dict[str, Any]:
        """The same as JSON; what is empty is left out."""
        return {path: calls for path, calls in self.open.items() if calls}

    def begins(self, path: str, event: Event, key: str | None = None) -> None:
        """Somebody is about to write into a file."""
        calls = self._calls(path, event.ts)
        mixed = any(said["who"] != event.who for said in calls.values())
        for said in calls.values():
            said["mixed"] = said["mixed"] or mixed
        kept = {} if key is None else {"key": key}
        calls[_call(event)] = {"who": event.who, "ts": event.ts, "mixed": mixed, **kept}

    def ends(self, path: str, event: Event) -> dict[str, Any] | None:
        """What was said when the edit began that ends with this event; None: nothing was."""
        calls = self._calls(path, event.ts)
        said = calls.pop(_call(event), None)
        if said is None and not event.tool_use_id:  # with an id its begin would have one, too
            said = calls.pop("", None)
        return said

    def over(self, who: str) -> None:
        """A session goes on to something else: none of its edits is under way any more."""
        for path, calls in list(self.open.items()):
            kept = {call: said for call, said in calls.items() if said["who"] != who}
            self.open[path] = kept
            if not kept:
                del self.open[path]

    def spoil(self, path: str) -> None:
        """What the edits under way began with proves nothing now."""
        for said in self.open.get(path, {}).values():
            said["mixed"] = True

    def _calls(self, path: str, now: float) -> dict[str, dict[str, Any]]:
        calls = self.open.setdefault(path, {})
        for call, said in list(calls.items()):
            if said["ts"] < now - EDIT_SECONDS:
                del calls[call]
        return calls


def is_sure(said: Mapping[str, Any] | None, event: Event) -> bool:
    """Whether what changed since an edit began is surely whose who ends it."""
    return said is not None and not said["mixed"] and said["who"] in ("", event.who)


def _call(event: Event) -> str:
    """What joins the begin and the end of an edit; checkpoints of nobody have no id."""
    return f"{event.who} {event.tool_use_id}" if event.who else ""


def _is_open(value: object) -> bool:
    said = table(value)
    return (
        isinstance(said.get("who"), str)
        and isinstance(said.get("ts"), int | float)
        and isinstance(said.get("mixed"), bool)
        and isinstance(said.get("key", ""), str)
    )

"""One thing an agent did, in the same words for every agent (version 1).

Agents send payloads of many shapes; `agents/` turns each into an `Event`; the spool keeps it as
one JSON object, from which `from_line` reads it back. Nothing here believes what it is given:
every field is checked for type and size, and what does not fit is dropped.
"""

from collections.abc import Mapping
from typing import NamedTuple

VERSION = 1

KINDS = frozenset(
    {
        "session_start",
        "prompt",
        "pre_edit",
        "post_edit",
        "pre_shell",
        "post_shell",
        "stage",
        "model",
        "stop",
        "subagent_start",
        "subagent_stop",
        "session_end",
        "worktree_create",
        "worktree_remove",
    }
)

LONGEST_ID = 256
LONGEST_PATH = 4096
MOST_PATHS = 1000


class Event(NamedTuple):
    """What an agent did.

    agent: the tool (`claude`); session: its conversation; both empty for an unnamed human edit
    paths: as the agent gave them; relative to the top of the worktree once captured
    command: a shell command; only its Git verbs are ever kept
    prompt: what the user asked; redacted and moved out of the event at capture
    prompt_mac: the redacted prompt's HMAC with the repository's key, after capture
    ts: seconds since the epoch
    """

    agent: str
    event: str
    session: str = ""
    ts: float = 0.0
    cwd: str = ""
    paths: tuple[str, ...] = ()
    command: str = ""
    verbs: tuple[str, ...] = ()
    model: str = ""
    prompt: str = ""
    prompt_mac: str = ""
    redactions: int = 0
    prompt_id: str = ""
    subagent: str = ""
    tool_use_id: str = ""
    transcript: str = ""

    @property
    def who(self) -> str:
        """`tool:session`, the agent_id of a record; empty when no session is known."""
        return f"{self.agent}:{self.session}" if self.session else ""


class NotAnEvent(ValueError):
    """A payload that is not the agent's, or not understood; the sentence goes to the log."""


def to_line(event: Event) -> dict[str, object]:
    """The fields of an event for the spool: no prompt text, no command text, nothing empty."""
    kept = event._replace(prompt="", command="", cwd="", ts=0.0)._asdict()
    return {"event_v": VERSION, **{key: value for key, value in kept.items() if value}}


def from_line(line: Mapping[str, object]) -> Event:
    """An event read back from a spool line. Raises NotAnEvent."""
    if line.get("event_v") != VERSION:
        raise NotAnEvent(f"an event of version {line.get('event_v')!r}")
    kind = text(line, "event")
    if kind not in KINDS:
        raise NotAnEvent(f"no event is called {kind!r}")
    redactions, ts = line.get("redactions"), line.get("ts")
    return Event(
        agent=name(text(line, "agent")),
        event=kind,
        session=text(line, "session"),
        ts=float(ts) if isinstance(ts, int | float) else 0.0,
        paths=texts(line, "paths"),
        verbs=texts(line, "verbs"),
        model=text(line, "model"),
        prompt_mac=text(line, "prompt_mac"),
        redactions=redactions if isinstance(redactions, int) else 0,
        prompt_id=text(line, "prompt_id"),
        subagent=text(line, "subagent"),
        tool_use_id=text(line, "tool_use_id"),
        transcript=text(line, "transcript", limit=LONGEST_PATH),
    )


def name(said: str) -> str:
    """An agent's name as one word: lower case, `[a-z0-9._-]`, at most 64 characters."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in said)
    return plain.lower().strip("-")[:64]


def text(payload: Mapping[str, object], *keys: str, limit: int = LONGEST_ID) -> str:
    """The first of `keys` that holds a usable string; a longer or unprintable one counts as none.

    Ids end up in shell variables and file names, so control characters disqualify.
    """
    for key in keys:
        value = payload.get(key)
        if isinstance(value, str) and value and len(value) <= limit and _clean(value):
            return value
    return ""


def texts(payload: Mapping[str, object], *keys: str) -> tuple[str, ...]:
    """Strings (paths, verbs) under the first of `keys` that holds a list or a string."""
    for key in keys:
        value = payload.get(key)
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list | tuple):
            fit = (v for v in listed if isinstance(v, str) and v and len(v) <= LONGEST_PATH)
            return tuple(v for v in fit if "\0" not in v)[:MOST_PATHS]
    return ()


def mapping(payload: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object under `key`, or an empty one."""
    value = payload.get(key)
    return value if isinstance(value, dict) else {}


def _clean(value: str) -> bool:
    return not any(c < " " or c == "\x7f" for c in value)

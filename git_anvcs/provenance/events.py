"""One thing an agent did, in the same words for every agent (version 1).

Agents send payloads of many shapes; `agents/` turns each into an `Event`; the spool keeps it as
one JSON object, from which `from_line` reads it back. Nothing here believes what it is given:
every field is checked for type and size, and what does not fit is dropped.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from git_anvcs.provenance.told import DIGITS, MOST_LINES, Wrote

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

EDITS = frozenset({"pre_edit", "post_edit"})
SHELLS = frozenset({"pre_shell", "post_shell"})

LONGEST_ID = 256
LONGEST_PATH = 4096
MOST_PATHS = 1000


_NOTHING: Mapping[str, str] = MappingProxyType({})
_NOTHING_TOLD: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Event(NamedTuple):
    """What an agent did.

    agent: the tool (`claude`); session: its conversation; both empty for an unnamed human edit
    paths: as the agent gave them; relative to the top of the worktree once captured
    command: a shell command; only its Git verbs are ever kept
    prompt: what the user asked; redacted and moved out of the event at capture
    prompt_mac: the redacted prompt's HMAC with the repository's key, after capture
    ts: seconds since the epoch
    wrote: the texts that the payload says were written; only digests of them are ever kept
    files: what files held at that moment: path -> key of a snapshot, `""` absent, `"-"` not kept;
        of an edit its paths, of a shell command every file that differed from HEAD
    cut: whether `files` does not tell all, or nothing was looked at
    head, stash: for shell commands, the commits HEAD and refs/stash were at; empty: none
    partly: for shell commands, the files of which something else is staged than they hold
    told: path -> digests of the lines the agent says it wrote there (provenance/told.py)
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
    wrote: tuple[Wrote, ...] = ()
    files: Mapping[str, str] = _NOTHING
    cut: bool = False
    head: str = ""
    stash: str = ""
    partly: tuple[str, ...] = ()
    told: Mapping[str, tuple[str, ...]] = _NOTHING_TOLD

    @property
    def who(self) -> str:
        """`tool:session`, the agent_id of a record; empty when no session is known."""
        return f"{self.agent}:{self.session}" if self.session else ""


class NotAnEvent(ValueError):
    """A payload that is not the agent's, or not understood; the sentence goes to the log."""


def to_line(event: Event) -> dict[str, object]:
    """The fields of an event for the spool: no text of a prompt, a command or a file.

    Nothing empty, but the files of a shell command: that none differed is worth knowing.
    """
    kept = event._replace(prompt="", command="", cwd="", ts=0.0, wrote=())._asdict()
    kept["files"] = dict(event.files)
    kept["told"] = {path: {"lines": list(lines)} for path, lines in event.told.items()}
    line = {"event_v": VERSION, **{key: value for key, value in kept.items() if value}}
    if event.event in SHELLS and not event.cut:
        line["files"] = kept["files"]
    return line


def from_line(line: Mapping[str, object]) -> Event:
    """An event read back from a spool line. Raises NotAnEvent."""
    if line.get("event_v") != VERSION:
        raise NotAnEvent(f"an event of version {line.get('event_v')!r}")
    kind = text(line, "event")
    if kind not in KINDS:
        raise NotAnEvent(f"no event is called {kind!r}")
    redactions, ts = line.get("redactions"), line.get("ts")
    files = _files(line)
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
        files=files or {},
        cut=kind in EDITS | SHELLS and _is_cut(line, files),
        head=_oid(line, "head"),
        stash=_oid(line, "stash"),
        partly=tuple(path for path in texts(line, "partly") if _is_path(path)),
        told=_told(line),
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


def _files(line: Mapping[str, object]) -> dict[str, str] | None:
    """Path -> key of its snapshot; None when the line tells nothing of files."""
    if not isinstance(line.get("files"), dict):
        return None
    found = mapping(line, "files").items()
    fit = ((p, k) for p, k in found if _is_path(p) and isinstance(k, str) and _is_key(k))
    return dict(list(fit)[:MOST_PATHS])


def _is_cut(line: Mapping[str, object], files: Mapping[str, str] | None) -> bool:
    return files is None or line.get("cut") is True or len(files) < len(mapping(line, "files"))


def _told(line: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    found = {}
    for path, said in list(mapping(line, "told").items())[:MOST_PATHS]:
        listed = said.get("lines") if isinstance(said, dict) else None
        if _is_path(path) and isinstance(listed, list):
            fit = (v for v in listed[:MOST_LINES] if isinstance(v, str) and _is_hex(v, DIGITS))
            found[path] = tuple(fit)
    return found


def _oid(line: Mapping[str, object], key: str) -> str:
    found = text(line, key)
    return found if _is_hex(found, 40, 64) else ""


def _is_path(path: str) -> bool:
    """Whether it names something below the top of a worktree, and nothing of Git's."""
    steps = path.split("/")
    inside = all(step not in ("", ".", "..") and step.lower() != ".git" for step in steps)
    return inside and len(path) <= LONGEST_PATH and "\0" not in path


def _is_key(value: str) -> bool:
    return value in ("", "-") or _is_hex(value, 64)


def _is_hex(value: str, *lengths: int) -> bool:
    return len(value) in lengths and not value.strip("0123456789abcdef")


def _clean(value: str) -> bool:
    return not any(c < " " or c == "\x7f" for c in value)

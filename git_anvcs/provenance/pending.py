"""What is known of work in one worktree that is not committed yet, folded from spool lines.

The value is plain JSON, saved together with the spool's mark. Folding is pure, in spool order,
and nothing grows without bound. What is known of a session itself (its model, its last prompt)
is kept apart, since an agent sitting in one worktree may commit in another.
"""

from collections.abc import Callable, Mapping
import math
from typing import Any, TypeVar

from git_anvcs.provenance.events import SHELLS, Event
from git_anvcs.provenance.lines import NOBODY
from git_anvcs.provenance.shell import BRINGS_CONTENT
from git_anvcs.provenance.versions import Texts
from git_anvcs.provenance.working import Working

MOST_ACTIVE = 64
MOST_EDITS = 4096
MOST_SHELLS = 64
MOST_SEEN = 64  # two hooks tell the same event within moments

# Shorter ids may be the same for two agents, or for two calls of a tool (some say just `bash`).
_UNIQUE_SESSION = 16
_UNIQUE_CALL = 8

# A shell command whose end was never told (the agent was killed) is over by then.
SHELL_SECONDS = 2 * 3600

# While a command runs for longer, somebody else may well save a file: nothing is surely its work.
ALONE_SECONDS = 60

# A session is taken to be at work in a worktree so long after its last sign of life there.
ACTIVE_SECONDS = 12 * 3600

# The session goes on to something else: none of its shell commands is running any more.
_ENDS_SHELLS = frozenset({"prompt", "stop", "session_end", "session_start"})

Table = dict[str, Any]
Item = TypeVar("Item")


class Pending:
    """The state of one worktree.

    edits, staged: path -> {who: when}, by edits and by `git anvcs add`
    shells: key -> {who, ts, verbs, snapped, mixed, head, stash, partly}; active: who -> when
    context: what `git anvcs context` said
    commit: {ticket, said}: what a running `git anvcs commit` was told
    seen: events of tool calls, since two hooks may tell the same one
    working: the versions of files that are not committed yet, and whose their lines are
    """

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.edits = _marks(value.get("edits"))
        self.staged = _marks(value.get("staged"))
        self.shells = _tables(value.get("shells"))
        self.active: dict[str, float] = {
            str(k): float(v) for k, v in _table(value.get("active")).items() if _is_number(v)
        }
        self.context = _table(value.get("context"))
        self.commit = _table(value.get("commit"))
        self.seen: dict[str, float] = {
            str(k): float(v) for k, v in _table(value.get("seen")).items() if _is_number(v)
        }
        self.working = Working(_table(value.get("working")))

    @property
    def value(self) -> Table:
        """The same as JSON; what is empty is left out."""
        every = {**vars(self), "working": self.working.value}
        return {key: item for key, item in every.items() if item}

    @property
    def sessions(self) -> list[str]:
        """Every session that left a trace here."""
        touched = (*self.edits.values(), *self.staged.values())
        editors = [who for edit in touched for who in edit]
        owners = sorted(self.working.owners)
        return list(dict.fromkeys([*self.active, *editors, *self._running(), *owners]))

    @property
    def partly_staged(self) -> set[str]:
        """The files of which something else was staged than they held, when a command began."""
        listed = (shell.get("partly") for shell in self.shells.values())
        return {str(path) for found in listed if isinstance(found, list) for path in found}

    def until(self, moment: float) -> "Pending":
        """The same without what agents did after `moment`."""
        found = Pending(self.value)
        for table in (found.edits, found.staged):
            for path, edit in list(table.items()):
                table[path] = {who: ts for who, ts in edit.items() if ts <= moment}
        found.shells = {key: s for key, s in found.shells.items() if _when(s) <= moment}
        found.active = {who: ts for who, ts in found.active.items() if ts <= moment}
        found.working = self.working.until(moment)
        return found

    def fold(self, event: Event, texts: Texts | None = None) -> bool:
        """Take one event of this worktree in; without `texts` whose the lines are is not told.

        Whether a session told it, and for the first time.
        """
        if texts is not None and not event.who and event.event == "pre_edit":
            self.working.edit_begins(event, texts)
        if not event.who or self._is_told_again(event):
            return False
        if event.event == "session_end":
            self.active.pop(event.who, None)
        else:
            self.active[event.who] = event.ts
            _drop_oldest(self.active, MOST_ACTIVE, float)
        table = {"post_edit": self.edits, "stage": self.staged}.get(event.event)
        if table is not None:
            for path in event.paths:
                table.setdefault(path, {})[event.who] = event.ts
            _drop_oldest(table, MOST_EDITS, lambda edit: float(max(edit.values())))
        if texts is not None:
            self._fold_files(event, texts)
        self._fold_shell(event)
        return True

    def tell(self, line: Mapping[str, Any]) -> None:
        """Take one line of kind `context` in: op set, clear, commit or drop."""
        said = _said(line.get("said"))
        match line.get("op"):
            case "set":
                self.context = said
            case "clear":
                self.context = {}
            case "commit":
                self.commit = {"ticket": line.get("ticket"), "said": said}
            case "drop" if self.commit.get("ticket") == line.get("ticket"):
                self.commit = {}

    def told(self, ticket: str) -> Table:
        """What was said for the commit being made; `ticket` names a `git anvcs commit`."""
        return {**self.context, **self.told_for(ticket)}

    def told_for(self, ticket: str) -> Table:
        """What was said for this one commit alone."""
        mine = bool(ticket) and self.commit.get("ticket") == ticket
        return _table(self.commit.get("said")) if mine else {}

    def committed(self, paths: Mapping[str, object], ticket: str, until: float = math.inf) -> None:
        """A commit was made: its paths are no longer edited, what was said once is used up.

        A later edit by hand of the same file must not be credited to the agent's old one.
        until: the moment it was looked for; what was done later is for the next commit
        """
        for table in (self.edits, self.staged):
            for path in paths:
                later = {who: ts for who, ts in table.pop(path, {}).items() if ts > until}
                if later:
                    table[path] = later
        if self.context.get("once"):
            self.context = {}
        if ticket and self.commit.get("ticket") == ticket:
            self.commit = {}

    def _is_told_again(self, event: Event) -> bool:
        """Whether this step of a tool call is known: told twice, or its end came before it.

        Agents run each other's hooks, so the same event may even come under two names.
        """
        if len(event.tool_use_id) < _UNIQUE_CALL:
            return False
        session = event.session if len(event.session) >= _UNIQUE_SESSION else event.who
        call = f"{session} {event.tool_use_id} "
        end = event.event.replace("pre_", "post_", 1)
        if call + event.event in self.seen or call + end in self.seen:
            return True
        self.seen[call + event.event] = event.ts
        _drop_oldest(self.seen, MOST_SEEN, float)
        return False

    def at_work(self, moment: float) -> str:
        """The one session whose shell command makes whatever changes at this moment, or nobody.

        moment: of a commit, as it says itself; a time before the command began says nothing
        """
        running = list(self.shells.values())
        if len(running) != 1 or not _is_telling(running[0], max(moment, _when(running[0]))):
            return NOBODY
        return str(running[0]["who"])

    def _fold_files(self, event: Event, texts: Texts) -> None:
        """What the files held when the event was told."""
        match event.event:
            case "pre_edit":
                self.working.edit_begins(event, texts)
            case "post_edit":
                self.working.edit_ends(event, texts)
            case "pre_shell":
                self.working.seen(event, texts)
            case "post_shell":
                self.working.seen(event, texts, event.who if self.made_it(event) else NOBODY)
        if ends_turn(event):
            self.working.ends(event.who)

    def made_it(self, event: Event) -> bool:
        """Whether what is new since a shell command began is all that command's."""
        shell = self.shells.get(_call(event))
        if shell is None or event.cut or not _is_telling(shell, event.ts):
            return False
        committed = "commit" in shell.get("verbs", ())
        moved = event.head != shell.get("head") and not committed
        return not moved and event.stash == shell.get("stash")

    def _fold_shell(self, event: Event) -> None:
        key = _call(event)
        if event.event == "pre_shell":
            theirs = [shell for shell in self.shells.values() if shell.get("who") != event.who]
            for running in theirs:
                running["mixed"] = True
            self.shells[key] = {
                "who": event.who,
                "ts": event.ts,
                "verbs": list(event.verbs),
                "snapped": not event.cut,
                "mixed": bool(theirs),
                "head": event.head,
                "stash": event.stash,
                **({"partly": list(event.partly)} if event.partly else {}),
            }
        elif event.event == "post_shell":
            self.shells.pop(key, None)
        ends = ends_turn(event)
        for other, shell in list(self.shells.items()):
            late = _when(shell) < event.ts - SHELL_SECONDS
            if late or (ends and shell.get("who") == event.who):
                del self.shells[other]
        _drop_oldest(self.shells, MOST_SHELLS, _when)

    def _running(self) -> list[str]:
        return [str(shell.get("who", "")) for shell in self.shells.values()]


def ends_turn(event: Event) -> bool:
    """Whether a session goes on to something else: nothing it began is under way any more."""
    return event.event in _ENDS_SHELLS and not event.subagent


def _call(event: Event) -> str:
    return f"{event.who} {event.tool_use_id}"


def _is_telling(shell: Mapping[str, Any], moment: float) -> bool:
    """Whether what changes while it runs is what it writes: seen, alone, and not brought by Git.

    A person at the keyboard cannot be seen; only that there was little time.
    """
    brings = BRINGS_CONTENT.intersection(shell.get("verbs", ()))
    short = abs(moment - _when(shell)) <= ALONE_SECONDS  # a clock may be set back
    return shell.get("snapped") is True and shell.get("mixed") is False and short and not brings


def with_event(session: Mapping[str, Any], event: Event) -> Table:
    """What is known of a session after one more event: agent, session, model, prompt, transcript.

    The newest word wins; the same table when the event tells nothing new.
    """
    found: Table = {**session, "agent": event.agent, "session": event.session}
    for key in ("model", "transcript"):
        if getattr(event, key):
            found[key] = getattr(event, key)
    if event.files or (event.event in SHELLS and not event.cut):
        found["snapshots"] = "taken"
    if event.prompt_mac:
        found["prompt_mac"] = event.prompt_mac
        found["redactions"] = event.redactions
    return found


# What can be said, and the type it must have; a line of the spool may be damaged.
_SAID: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("agent", "model", "prompt_mac", "prompt_policy", "test_report_ref"), str),
    **dict.fromkeys(("once", "tests_passed"), bool),
    "redactions": int,
    "coverage": (int, float),
    "tests": dict,
    "artifacts": list,
}


def _said(value: object) -> Table:
    said = _table(value)
    return {key: said[key] for key, kind in _SAID.items() if isinstance(said.get(key), kind)}


def _marks(value: object) -> dict[str, Table]:
    """path -> {who: when}, without what is no moment."""
    tables = _tables(value)
    clean = {p: {w: t for w, t in edit.items() if _is_number(t)} for p, edit in tables.items()}
    return {path: edit for path, edit in clean.items() if edit}


def _when(shell: Mapping[str, Any]) -> float:
    ts = shell.get("ts")
    return float(ts) if isinstance(ts, int | float) else 0.0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _table(value: object) -> Table:
    return dict(value) if isinstance(value, dict) else {}


def _tables(value: object) -> dict[str, Table]:
    return {str(key): dict(item) for key, item in _table(value).items() if isinstance(item, dict)}


def _drop_oldest(table: dict[str, Item], most: int, age: Callable[[Item], float]) -> None:
    while len(table) > most:
        del table[min(table, key=lambda key: age(table[key]))]

"""What each session surely did between two of its events, folded from those of one worktree. Pure.

An agent's hook tells before and after an edit what the files held that it names, before and after
a shell command what every file held that differed from HEAD. What changed in between is the
session's, where nobody else was at it: by the same rules by which lines of commits are
(provenance/working.py, pending.py).
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from git_anvcs.provenance import lines, told
from git_anvcs.provenance.calls import Calls, is_sure
from git_anvcs.provenance.events import EDITS, Event
from git_anvcs.provenance.lines import Source
from git_anvcs.provenance.pending import Pending, ends_turn
from git_anvcs.provenance.told import MOST_LINES
from git_anvcs.provenance.versions import table

# Stands for a key where a file was as HEAD had it: a shell command's hook names only the others.
AS_HEAD = "HEAD"


class Change(NamedTuple):
    """What became of one file in a span.

    before, after: what it held at its begin and its end: a key, or AS_HEAD
    lines: digests of the lines the session says it wrote; None where it did not say
    alone: whether nobody else was at the file; else only what it says proves anything
    """

    before: str
    after: str
    lines: frozenset[str] | None = None
    alone: bool = True


class Span(NamedTuple):
    """What a session did between two moments, in seconds since the epoch.

    changes: path -> what became of it
    others: whether files that are not named may be the session's, too: they were as HEAD had them
        at both moments; besides: those of them that somebody else was at
    """

    who: str
    began: float
    ended: float
    changes: Mapping[str, Change]
    others: bool = False
    besides: Collection[str] = ()

    def change(self, path: str) -> Change | None:
        """What became of a file; None where that is not known."""
        found = self.changes.get(path)
        if found is None and self.others and path not in self.besides:
            return Change(AS_HEAD, AS_HEAD)
        return found


class Spans:
    """The state of one worktree: what is under way there.

    files: a running shell command -> what files held when it began
    touched: the same -> the files somebody else told of meanwhile
    """

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._pending = Pending(table(value.get("pending")))
        self._calls = Calls(value.get("calls"))
        self._files = {str(k): _keys(v) for k, v in table(value.get("files")).items()}
        self._touched = {
            str(k): {str(path) for path in v}
            for k, v in table(value.get("touched")).items()
            if isinstance(v, list)
        }

    @property
    def value(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "pending": self._pending.value,
            "calls": self._calls.value,
            "files": self._files,
            "touched": {key: sorted(paths) for key, paths in self._touched.items()},
        }

    def fold(self, event: Event) -> Span | None:
        """Take one event in; what it ends."""
        if not event.who and event.event == "pre_edit":
            self._edit_begins(event)
            return None
        made_it = event.event == "post_shell" and self._pending.made_it(event)
        shell = self._pending.shells.get(_key(event)) if event.event == "post_shell" else None
        if not self._pending.fold(event):
            return None
        # Of these nothing is asked here, and they may be many.
        self._pending.edits.clear()
        self._pending.staged.clear()
        found = self._ended(event, shell if made_it else None)
        if ends_turn(event):
            self._calls.over(event.who)
        running = self._pending.shells.keys()
        self._files = {key: files for key, files in self._files.items() if key in running}
        self._touched = {key: paths for key, paths in self._touched.items() if key in running}
        return found

    def _ended(self, event: Event, shell: Mapping[str, Any] | None) -> Span | None:
        if event.event in EDITS:
            self._touch(event)
        match event.event:
            case "pre_edit":
                self._edit_begins(event)
            case "post_edit":
                return self._edit_ends(event)
            case "pre_shell":
                self._files[_key(event)] = dict(event.files)
            case "post_shell" if shell is not None and _key(event) in self._files:
                return self._shell_ends(event, float(shell["ts"]))
        return None

    def _edit_begins(self, event: Event) -> None:
        self._touch(event)
        for path, key in event.files.items():
            self._calls.begins(path, event, key)

    def _edit_ends(self, event: Event) -> Span | None:
        changes, began = {}, event.ts
        for path, key in event.files.items():
            said = self._calls.ends(path, event)
            if said is None or "key" not in said or said["who"] not in ("", event.who):
                continue
            wrote = event.told.get(path)
            whole = wrote is not None and len(wrote) < MOST_LINES
            alone = is_sure(said, event)
            if alone or whole:
                meant = frozenset(wrote) if wrote is not None and whole else None
                changes[path] = Change(said["key"], key, meant, alone)
                began = min(began, float(said["ts"]))
        return Span(event.who, began, event.ts, changes) if changes else None

    def _shell_ends(self, event: Event, began: float) -> Span | None:
        files = self._files[_key(event)]
        touched = self._touched.get(_key(event), set())
        named = (files.keys() | event.files.keys()) - touched
        changes = {
            path: Change(files.get(path, AS_HEAD), event.files.get(path, AS_HEAD)) for path in named
        }
        return Span(event.who, began, event.ts, changes, others=True, besides=touched)

    def _touch(self, event: Event) -> None:
        """Somebody else tells of files while shell commands run: they prove nothing there."""
        for key in self._files:
            if not key.startswith(f"{event.who} ") or not event.who:
                self._touched.setdefault(key, set()).update(event.files)


def explains(change: Change, before: Iterable[bytes], after: Iterable[bytes]) -> bool:
    """Whether all that is new in a file's lines is what the session said it wrote.

    What was only taken away, or formatted anew, nobody says; that is proof enough where the
    session was alone.
    """
    if change.lines is None:
        return change.alone
    old, new = list(before), list(after)
    carried = lines.carried(Source(old, [""] * len(old)), new)
    fresh = [line for line, owner in zip(new, carried, strict=True) if owner is None]
    telling = [line for line in fresh if lines.tells(line)]
    if not telling:
        return change.alone
    return all(told.digest(line) in change.lines for line in telling)


def _key(event: Event) -> str:
    return f"{event.who} {event.tool_use_id}"


def _keys(value: object) -> dict[str, str]:
    return {str(path): key for path, key in table(value).items() if isinstance(key, str)}

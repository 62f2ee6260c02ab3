"""What agents wrote into files that are not committed yet: versions of each file and their owners.

Folded from the snapshots that hooks take before and after an agent edits or runs a command
(docs/formats/snapshots.md), in the order of the spool. Pure apart from the texts, which are
given. Only what changed between an agent's own two snapshots is its work, and only where nobody
else was at it; what stood in an earlier version stays its owner's, so that what a stash, a
checkout or a script brings back is credited to nobody new.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
import math
from typing import Any, NamedTuple

from git_anvcs.provenance import lines
from git_anvcs.provenance.calls import Calls, is_sure
from git_anvcs.provenance.events import SHELLS, Event
from git_anvcs.provenance.lines import NOBODY, Source
from git_anvcs.provenance.lost import Lost
from git_anvcs.provenance.told import MOST_LINES, digest
from git_anvcs.provenance.versions import (
    ABSENT,
    NOT_KEPT,
    Lines,
    Stashes,
    Texts,
    Version,
    of_commit,
    read_versions,
    source_of,
    table,
    written,
)

MOST_PATHS = 4096
MOST_VERSIONS = 8
MOST_STASHES = 32
KEPT_SECONDS = 7 * 24 * 3600


class Change(NamedTuple):
    """What one event says a file is now.

    by: whoever is to be credited with what is new, or nobody
    told: digests of the lines the agent said it wrote; None when it did not say
    """

    path: str
    key: str
    ts: float
    by: str = NOBODY
    told: frozenset[str] | None = None


class Working:
    """The versions of files in one worktree since their last commits.

    files: path -> versions, oldest first; calls: edits that are under way
    stashes: stash -> path -> owner -> ranges in the file as it was stashed; of all worktrees,
        so kept apart
    """

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.files = {
            p: v for p, item in table(value.get("files")).items() if (v := read_versions(item))
        }
        self.calls = Calls(value.get("open"))
        self.stashes: Stashes = {}

    @property
    def value(self) -> dict[str, Any]:
        """The same as JSON; what is empty is left out."""
        files = {p: [written(v) for v in versions] for p, versions in self.files.items()}
        every = {"files": files, "open": self.calls.value}
        return {key: item for key, item in every.items() if item}

    @property
    def keys(self) -> set[str]:
        """The snapshots that are still needed."""
        return {v.key for versions in self.files.values() for v in versions} - {ABSENT, NOT_KEPT}

    @property
    def owners(self) -> set[str]:
        """Everybody who owns a line of some version."""
        own = {w for versions in self.files.values() for v in versions for w in (*v.own, v.by)}
        held = {who for paths in self.stashes.values() for own in paths.values() for who in own}
        return (own | held) - {NOBODY}

    def until(self, moment: float) -> "Working":
        """The same without what was seen after `moment`."""
        found = Working(self.value)
        kept = {p: [v for v in versions if v.ts <= moment] for p, versions in found.files.items()}
        found.files = {path: versions for path, versions in kept.items() if versions}
        found.stashes = self.stashes
        return found

    def edit_begins(self, event: Event, texts: Texts) -> None:
        """Take the snapshots before an edit in. Calls that overlap on a file spoil each other."""
        around = _Around(self.files, event, texts)
        for path, key in event.files.items():
            self._advance(Change(path, key, event.ts), texts, around)
            self.calls.begins(path, event)

    def edit_ends(self, event: Event, texts: Texts) -> None:
        """Take the snapshots after an edit in: what is new since its begin is the agent's."""
        around = _Around(self.files, event, texts)
        for path, key in event.files.items():
            by = event.who if is_sure(self.calls.ends(path, event), event) else NOBODY
            told = frozenset(event.told[path]) if path in event.told else None
            self._advance(Change(path, key, event.ts, by, told), texts, around)

    def ends(self, who: str) -> None:
        """A session goes on to something else: none of its edits is under way any more."""
        self.calls.over(who)

    def seen(self, event: Event, texts: Texts, by: str = NOBODY) -> None:
        """Take the snapshots around a shell command in; `by` made what is new."""
        around = _Around(self.files, event, texts)
        for path, key in event.files.items():
            self._advance(Change(path, key, event.ts, by), texts, around)

    def became(self, change: Change, texts: Texts) -> None:
        """A file is something else now, whoever saw it."""
        self._advance(change, texts, _Around(self.files, Event("", "post_edit"), texts))

    def sources(self, path: str, before: str, texts: Texts) -> Iterator[Source]:
        """The versions of a file (once called `before`), the newest first, then from stashes."""
        for name in dict.fromkeys((path, before)):
            yield from _versions(self.files, name, texts)
        for oid in reversed(self.stashes):
            for name in dict.fromkeys((path, before)):
                source = self._stashed(oid, name, texts)
                if source is not None:
                    yield source

    def stash(self, oid: str, paths: Iterable[str], texts: Texts) -> None:
        """Remember whose the lines are that a stash took away; more may be known each time."""
        held = self.stashes.get(oid, {})
        for path in paths:
            new = _stashed_text(oid, path, texts)
            if not new:
                continue
            whose = lines.owners(len(new), held.get(path, {}))
            for number, source in enumerate(_versions(self.files, path, texts)):
                left = [index for index, owner in enumerate(whose) if not owner]
                carried = lines.carried(source, new) if number == 0 else None
                told = dict(enumerate(carried)) if carried else lines.answers(source, new, left)
                for index in left:
                    whose[index] = told.get(index) or NOBODY
            own = lines.owned(whose)
            if own:
                held[path] = own
        if held:
            self.stashes[oid] = held
        while len(self.stashes) > MOST_STASHES:
            del self.stashes[next(iter(self.stashes))]

    def committed(
        self, path: str, blob: Lines | None, texts: Texts, until: float = math.inf
    ) -> None:
        """A commit took the file up; what it did not take is kept for the next one.

        With the versions goes what an edit that is under way began with: it proves nothing now.
        until: the moment it was looked for; what was seen later was not counted, so it is kept
        """
        self.calls.spoil(path)
        newest = self.files.get(path, [])[-1:]
        source = source_of(newest[0], texts) if newest else None
        left = source is not None and blob is not None and source.lines != blob
        if left or (newest and newest[0].ts > until):
            self.files[path] = newest
        else:
            self.files.pop(path, None)

    def forget_old(self, now: float) -> None:
        """Drop what nobody committed for a week, and the oldest where there is too much."""
        for path, versions in list(self.files.items()):
            if versions[-1].ts < now - KEPT_SECONDS:
                del self.files[path]
        oldest = sorted(self.files, key=lambda path: self.files[path][-1].ts)
        for path in oldest[: max(0, len(oldest) - MOST_PATHS)]:
            del self.files[path]

    def _advance(self, change: Change, texts: Texts, around: "_Around") -> None:
        """The file is `change.key` now."""
        versions = self.files.setdefault(change.path, [])
        if versions and versions[-1].key == change.key:
            return
        new = texts.content(change.key) if change.key not in (ABSENT, NOT_KEPT) else None
        if new is None:
            versions.append(Version(change.key, {}, change.ts, change.by))
        else:
            whose = self._whose(change, new, texts, around)
            versions.append(Version(change.key, lines.owned(whose), change.ts, change.by))
        del versions[:-MOST_VERSIONS]

    def _whose(self, change: Change, new: Lines, texts: Texts, around: "_Around") -> list[str]:
        """The owner of each line: of what was there before its owner's, else the one to credit."""
        right_before = self._right_before(change.path, texts, around.head)
        likely = _credited(change, new) if right_before is not None else {}
        found: list[str | None] = [None] * len(new)
        if right_before is not None:
            found = lines.carried(right_before, new, likely=likely)
        for source in self._others(change.path, texts, around.head):
            left = [index for index, owner in enumerate(found) if owner is None]
            if not left:
                break
            for index, owner in lines.answers(source, new, left, likely=likely).items():
                found[index] = owner
        left = [index for index, owner in enumerate(found) if owner is None]
        for index, owner in (around.lost.moved(new, left, likely) if left else {}).items():
            found[index] = owner
        return [likely.get(i, NOBODY) if owner is None else owner for i, owner in enumerate(found)]

    def _right_before(self, path: str, texts: Texts, head: str) -> Source | None:
        """What the file was until now; None when that is not known: then nothing in it is new."""
        versions = self.files.get(path)
        if versions:
            return source_of(versions[-1], texts)
        if not head:
            return Source([], [])
        committed = () if texts.filtered(path) else of_commit(head, path, texts)
        return next(iter(committed), None)

    def _others(self, path: str, texts: Texts, head: str) -> Iterator[Source]:
        """What else a file may have its lines from: older versions, its commit, stashes."""
        yield from _versions(self.files, path, texts)
        yield from of_commit(head, path, texts)
        for oid in reversed(self.stashes):
            source = self._stashed(oid, path, texts)
            if source is not None:
                yield source

    def _stashed(self, oid: str, path: str, texts: Texts) -> Source | None:
        own = self.stashes[oid].get(path)
        text = _stashed_text(oid, path, texts) if own else None
        return Source(text, lines.owners(len(text), own)) if text and own else None


class _Around:
    """What else was seen when a file was; worked out once for all files of an event."""

    def __init__(self, files: Mapping[str, list[Version]], event: Event, texts: Texts) -> None:
        self.head = event.head
        self._files = files
        self._event = event
        self._texts = texts

    @cached_property
    def lost(self) -> Lost:
        """What the files held that are there no more."""
        return Lost({path: [*self._held(path)] for path in self._gone()})

    def _held(self, path: str) -> Iterator[Source]:
        yield from _versions(self._files, path, self._texts)
        yield from of_commit(self.head, path, self._texts)

    def _gone(self) -> list[str]:
        """The files that are absent, and those untracked ones that are not listed any longer."""
        listed = self._event.files
        found = [path for path, key in listed.items() if key == ABSENT]
        if self._event.event in SHELLS and not self._event.cut:
            unlisted = [path for path in self._files if path not in listed]
            found += [path for path in unlisted if not self._texts.committed(self.head, path)]
        return found


def _versions(files: Mapping[str, list[Version]], path: str, texts: Texts) -> Iterator[Source]:
    """The versions of a file, the newest first."""
    for version in reversed(files.get(path, [])):
        source = source_of(version, texts)
        if source is not None:
            yield source


def _stashed_text(oid: str, path: str, texts: Texts) -> Lines | None:
    """A file in a stash; untracked ones are in its third parent (git-stash(1))."""
    return texts.committed(oid, path) or texts.committed(f"{oid}^3", path)


def _credited(change: Change, new: Lines) -> dict[int, str]:
    """The agent, for each line that is its if it is new: for all, or for those it said it wrote."""
    if not change.by:
        return {}
    if change.told is None or len(change.told) >= MOST_LINES:  # it did not say, or not all
        return dict.fromkeys(range(len(new)), change.by)
    return {i: change.by for i, line in enumerate(new) if digest(line) in change.told}

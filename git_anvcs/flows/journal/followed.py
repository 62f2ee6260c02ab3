"""Paths of a worktree from version to version, with what Git knows of them."""

from collections.abc import Iterator, Mapping
from functools import cache

from git_anvcs.flows.journal.files_back import on_disk
from git_anvcs.flows.journal.form import only_form
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.then import own_at, smudged, tree_files
from git_anvcs.git.tips_seen import HEAD
from git_anvcs.journal import disk, history
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.history import Content
from git_anvcs.journal.moves import unpack
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.trail import Trail
from git_anvcs.journal.versions import ABSENT, State, Version, Versions, state_of


class Followed:
    """What paths of one lane held, from an operation on."""

    def __init__(self, here: Opened, lane: str | None = None) -> None:
        self._here = here
        self._lane = here.lane if lane is None else lane
        self._tree = cache(lambda commit: tree_files(here.repo, commit))
        self._versions = Versions(here.journal, here.texts, self._lane, self._at_head)

    def first(self, path: str, n: int) -> State | None:
        """What the path held before operation `n`; None when it is not to be had."""
        before = self._here.journal.last_of(self._lane, path, n - 1)
        if before is None:
            [entry] = self._here.journal.of_path(self._lane, path, n - 1)[:1]
            base, mode = entry.op.base, self._mode(path, n)
        elif not before.op.differs:
            base, mode = before.op.base, before.op.mode
        elif before.op.kind is Kind.DELETE:
            return ABSENT
        else:
            found = history.content(self._here.journal, self._here.texts, before)
            return state_of(found) if found else None
        if not base:
            return ABSENT
        content = self._at_head(path, base, mode)
        return state_of(content) if content else None

    def of(self, path: str, n: int) -> Iterator[Version]:
        """The versions of a path from operation `n` on, to what the disk holds."""
        first = self.first(path, n)
        yield Version(None, first)
        last = first
        for version in self._versions.of(path, first, n - 1):
            last = version.state
            yield version
        if self._lane == self._here.lane:
            now = state_of(on_disk(self._here.repo, path))
            if last != now:
                yield Version(None, now)

    def _mode(self, path: str, n: int) -> int:
        """The mode HEAD had for it when the operation was made."""
        head = own_at(self._here._replace(lane=self._lane), n)[0] or self._first_head()
        return self._tree(head).get(path, (disk.FILE, ""))[0] if head else disk.FILE

    def _first_head(self) -> str:
        """Where the journal first saw HEAD."""
        found = ""
        for entry in self._here.journal.newest(self._lane, kinds=(Kind.GIT,)):
            found = unpack(self._here.journal.payload(entry.n)).refs.get(HEAD, ("", found))[1]
        return found

    def _at_head(self, path: str, oid: str, mode: int) -> Content | None:
        mode = mode or disk.FILE
        data: Mapping[str, bytes] = smudged(self._here.repo, {path: (mode, oid)})
        return Content(mode, data[path]) if path in data else None


def step(trail: Trail, entry: Entry | None, state: State | None) -> None:
    """A version goes into the trail with what its operation tells; without one Git made it."""
    by = entry.by if entry else ""
    trail.step(state, by, form=bool(entry and state and _is_form(trail.text, entry, state)))


def _is_form(before: str, entry: Entry, state: State) -> bool:
    """Whether only form changed: it was seen to, or a hook changed it while it was committed."""
    if entry.op.kind is not Kind.CLEAN or entry.by:
        return bool(entry.op.flags & Flag.COSMETIC)
    now = state.text or ""
    return before != now and only_form(entry.op.path, before, now)

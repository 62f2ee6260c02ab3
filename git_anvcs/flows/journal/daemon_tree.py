"""One worktree that the daemon watches: what was touched, and when it is due to be looked at."""

import os
import time

from git_anvcs.flows.journal.observe import lane_of
from git_anvcs.git import locked
from git_anvcs.git.repo import Repo
from git_anvcs.journal.disk import LARGEST_TEXT
from git_anvcs.journal.untouched import Untouched

# Seconds from the last event of a save to the look, and the most it is put off by more of them.
QUIET, PATIENCE = 0.012, 0.15
# The same while somebody writes and has not closed the file.
QUIET_UNFINISHED, PATIENCE_UNFINISHED = 0.25, 1.0
# While Git holds the index, nobody looks. Of one that does so for long it is asked this often.
HELD_PAUSE = 0.25
# Of a large file that grows, so many bytes a second are read: no log is copied at each line.
_LARGE_SPEED = 1 << 20
_OF_ONE = ("index", "HEAD")  # in a worktree's own folder of Git
_OF_ALL = ("packed-refs", "config", "tables.list", "exclude")


class Tree:
    """One worktree: what was touched there since it was last looked at. Times are monotonic."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.lane = lane_of(repo)
        self.paths: set[str] = set()
        self.folders: set[str] = set()
        self.all = True
        self.told = False  # agents' hooks said something of it, perhaps
        self.unfinished = False
        self.first = 0.0
        self.last = 0.0
        self._held_until = 0.0
        self.untouched = Untouched()
        self._again: dict[str, float] = {}  # large file -> when it is read again at the earliest
        self._put_off: set[str] = set()

    def touch(self, now: float, *, finished: bool) -> None:
        waits = bool(self.paths or self.all or self.told)
        self.first = self.first if waits and self.first else now
        self.last = now
        self.unfinished = not finished and (self.unfinished or not waits)

    def plan_anew(self) -> None:
        """What Git ignores has changed: other files count now, and other folders are watched."""
        self.folders.add("")
        self.all = True

    def due(self, now: float) -> float | None:
        """Seconds until it should be looked at, 0 at once; None when nothing was touched."""
        if not (self.paths or self.all or self.told):
            return min((max(0.0, self._again[path] - now) for path in self._put_off), default=None)
        quiet = QUIET_UNFINISHED if self.unfinished else QUIET
        patience = PATIENCE_UNFINISHED if self.unfinished else PATIENCE
        left = max(0.0, min(self.last + quiet, self.first + patience) - now)
        return left or self._git_at_work()

    def puts_off(self, path: str, now: float) -> bool:
        """Whether a file is so large, and was read so lately, that it is read again only later."""
        try:
            size = (self.repo.root / path).lstat().st_size
        except OSError:
            size = 0
        if size <= LARGEST_TEXT:
            return False
        if now < self._again.get(path, 0.0):
            self._put_off.add(path)
            return True
        self._again[path] = now + size / _LARGE_SPEED
        return False

    def take_put_off(self, now: float) -> None:
        """What was put off long enough is looked at, too."""
        ripe = {path for path in self._put_off if self._again[path] <= now}
        self._put_off -= ripe
        self.paths |= {path for path in ripe if not self.puts_off(path, now)}

    def is_on(self, ref: str) -> bool:
        """Whether HEAD is on this branch."""
        try:
            head = (self.repo.git_dir / "HEAD").read_bytes()
        except OSError:
            return False
        return head.strip() == b"ref: " + os.fsencode(ref)

    def _git_at_work(self) -> float:
        """How long to wait until it is asked again; 0 when no git holds the worktree."""
        if locked.is_young(self.repo.git_dir):
            return QUIET
        now = time.monotonic()
        if now >= self._held_until and locked.is_held(self.repo.git_dir):
            self._held_until = now + HELD_PAUSE
        return max(0.0, self._held_until - now)

    def done(self) -> None:
        self.paths.clear()
        self.all = self.told = self.unfinished = False
        self.first = 0.0


def of_ref(trees: list[Tree], name: str) -> list[Tree]:
    """Whose HEAD moves with the ref whose file was written; else one that tells of it."""
    if name.endswith(".lock"):
        return []
    return [tree for tree in trees if tree.is_on(name)] or trees[:1]


def of_file(trees: list[Tree], folder: str, name: str) -> list[Tree]:
    """Whose state changes with a file that Git wrote in a folder of its own."""
    if name in _OF_ONE:
        return [tree for tree in trees if str(tree.repo.git_dir) == folder]
    return trees if name in _OF_ALL else []

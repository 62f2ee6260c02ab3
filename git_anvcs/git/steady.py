"""Whether Git moves a worktree at this moment: between its files, its index and HEAD.

A switch writes files under `index.lock`, then the index, then HEAD (each by renaming a lock file,
gitrepository-layout(5)): in between, files that nobody edited differ from HEAD.
"""

import time

from git_anvcs.git import locked
from git_anvcs.git.locate import Place
from git_anvcs.git.repo import Repo
from git_anvcs.git.tips import tip


class Moving(Exception):
    """Git is at work; what was seen may be half of one state and half of another."""


class Steady:
    """The index and HEAD as they are now. Raises Moving when Git is at work already."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._place = Place(repo.root, repo.git_dir, repo.common_dir)
        self._before = self._signs()
        self._not_locked()

    def check(self, pause: float = 0) -> None:
        """Raises Moving when they are no longer what they were; first waits so many seconds."""
        if pause:
            time.sleep(pause)
        self._not_locked()
        if self._signs() != self._before:
            raise Moving

    def _not_locked(self) -> None:
        if locked.is_young(self._repo.git_dir) or locked.is_held(self._repo.git_dir):
            raise Moving

    def _signs(self) -> tuple[object, ...]:
        files = [self._repo.git_dir / "index", self._repo.git_dir / "HEAD"]
        tables = self._repo.common_dir / "reftable" / "tables.list"
        found: list[object] = [tip(self._place, "HEAD")]
        for file in (*files, tables):
            try:
                stat = file.stat()
                found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
            except OSError:
                found.append(None)
        return tuple(found)

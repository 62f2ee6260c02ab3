"""Which files nobody touched since they were read: those are not read again.

As Git's index does (Documentation/technical/racy-git): a file with the same times, size, mode and
inode has the same bytes, unless it was changed in the very moment it was read. So a file that was
changed just before it was read is read once more.
"""

import os
from pathlib import Path
import stat
from typing import NamedTuple

from git_anvcs.journal import disk
from git_anvcs.journal.disk import Held

# Clocks of file systems may be coarse (FAT: two seconds) or those of another machine.
_SLACK_NS = 3_000_000_000


class Sign(NamedTuple):
    """What changes whenever a file does. mtime, ctime: nanoseconds"""

    mtime: int
    ctime: int
    size: int
    mode: int
    inode: int
    device: int


class Untouched:
    """What the files of one worktree held when they were last read; in memory alone."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Sign, Held]] = {}

    def held(self, path: str, sign: Sign | None) -> Held | None:
        """What the path holds, without its data; None when it has to be read."""
        known = self._known.get(path)
        return known[1] if known and known[0] == sign else None

    def learn(self, path: str, sign: Sign | None, held: Held, began_ns: int) -> None:
        """The path was read. sign: what it was before; began_ns: when, since the epoch"""
        if sign is None or not held.digest or max(sign.mtime, sign.ctime) > began_ns - _SLACK_NS:
            self._known.pop(path, None)
        else:
            self._known[path] = (sign, held._replace(data=None))

    def keep_only(self, paths: set[str]) -> None:
        """Forget the others: they are as HEAD has them."""
        for path in self._known.keys() - paths:
            del self._known[path]


def sign_of(root: Path, path: str) -> Sign | None:
    """The sign of a file; None for anything else, and for what lies behind a link."""
    try:
        found = os.lstat(root / path)
        if not stat.S_ISREG(found.st_mode) or disk.is_below_link(root, path):
            return None
    except (OSError, ValueError):
        return None
    return Sign(
        found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode, found.st_ino,
        found.st_dev,
    )  # fmt: skip

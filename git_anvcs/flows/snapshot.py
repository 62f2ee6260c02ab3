"""Story: what files hold at this moment is kept, since nobody can tell it later.

Called by agents' hooks while the agent waits: before and after an edit the files it names, before
and after a shell command every file of the worktree that differs from HEAD. Who wrote which line
is worked out from these, never from a worktree that went on meanwhile.
"""

from collections.abc import Iterable
import os
from pathlib import Path
import stat
from typing import NamedTuple

from git_anvcs.git.locate import Place
from git_anvcs.provenance.events import LONGEST_PATH
from git_anvcs.store import snapshots, spool
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths
from git_anvcs.store.snapshots import ABSENT, LARGEST, NOT_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.store.stat_cache import StatCache

# Of one event; what comes after is not looked at.
MOST_FILES = 1000
MOST_BYTES = 32 << 20

_GIT = ".git"


class Snapshot(NamedTuple):
    """path -> key, and the rest as in an Event."""

    files: dict[str, str]
    cut: bool = False
    head: str = ""
    stash: str = ""
    partly: tuple[str, ...] = ()


def of_files(place: Place, names: Iterable[str]) -> Snapshot:
    """What these files, named from the top of the worktree, hold now. Starts no process.

    What Git ignores may be a secret, and no commit takes it up: it is not looked at.
    """
    from git_anvcs.git.ignored import is_ignored

    shot = _Shot(place, None)
    for name in names:
        if is_ignored(place, name):
            shot.leave_out(name)
        else:
            shot.take(name)
    return Snapshot(shot.files, shot.cut)


def of_worktree(place: Place) -> Snapshot:
    """What every file of the worktree that differs from HEAD holds now; ignored ones do not count.

    A file that cannot be there any more is not looked for: its folder may be a link by now.
    """
    from git_anvcs.git import dirty
    from git_anvcs.store.stat_cache import StatCache

    found = dirty.look(place)
    paths = Paths(place.common_dir)
    worktree = spool.worktree_of(place.git_dir, place.common_dir)
    known = StatCache(paths, worktree) if found.paths else None
    shot = _Shot(place, known)
    for name, may_be_there in found.paths.items():
        shot.take(name, there=may_be_there)
    if known:
        known.save()
    cut = shot.cut or not found.whole
    return Snapshot(shot.files, cut, found.head, found.stash, found.partly[:MOST_FILES])


class _Shot:
    """One event's files, taken one by one as long as the limits allow."""

    def __init__(self, place: Place, known: "StatCache | None") -> None:
        self.files: dict[str, str] = {}
        self.cut = False
        self._root = str(place.root)
        self._paths = Paths(place.common_dir)
        self._known = known
        self._bytes = 0
        self._full = False

    def take(self, name: str, *, there: bool = True) -> None:
        if self._full or len(self.files) >= MOST_FILES or len(name) > LONGEST_PATH:
            self.cut = True
            return
        if any(step.lower() == _GIT for step in name.split("/")):
            return
        path = f"{self._root}/{name}"
        try:
            found = os.lstat(path) if there else None
        except (FileNotFoundError, NotADirectoryError):
            found = None
        except (OSError, ValueError):
            self.files[name] = NOT_KEPT
            return
        self.files[name] = ABSENT if found is None else self._content(name, path, found)

    def leave_out(self, name: str) -> None:
        """Tell of a file and keep nothing of it."""
        if len(self.files) < MOST_FILES:
            self.files[name] = NOT_KEPT

    def _content(self, name: str, path: str, found: os.stat_result) -> str:
        """The key of what is there."""
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            return NOT_KEPT
        if found.st_size > LARGEST:
            return NOT_KEPT
        self._bytes += found.st_size
        if self._bytes > MOST_BYTES:
            self.cut = self._full = True
            return NOT_KEPT
        key = self._known.key(name, found) if self._known else ""
        return key if key and snapshots.renew(self._paths, key) else self._read(name, path, found)

    def _read(self, name: str, path: str, found: os.stat_result) -> str:
        data = _bytes_of(path, found)
        if data is None:
            return NOT_KEPT
        try:
            key = snapshots.put(self._paths, data)
        except CannotWrite:  # the disk is full: the event itself may still find room
            self.cut = self._full = True
            return NOT_KEPT
        if self._known:
            self._known.learn(name, found, key)
        return key


def _bytes_of(path: str, found: os.stat_result) -> bytes | None:
    """A file's bytes, or the target of a link; None for what cannot be read or is too large.

    Opened so that nothing else is read, and nobody waited for, should it have become a link or a
    pipe since.
    """
    try:
        if stat.S_ISLNK(found.st_mode):
            return os.fsencode(Path(path).readlink())
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            data = file.read(LARGEST + 1)
    except OSError:
        return None
    return data if len(data) <= LARGEST else None

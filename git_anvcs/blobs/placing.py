"""One file of a worktree, from its pointer to its content: whole, or left as it is.

Folders are walked one by one without following links, and the content comes under a name of its
own beside the file, which then takes the file's place: what is written is never what was there,
so that links, hard or symbolic, lead nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import errno
import os
from pathlib import Path
import stat
from typing import NamedTuple

from git_anvcs.blobs import copying

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NAMELESS = getattr(os, "O_TMPFILE", 0)  # Linux: a killed process leaves nothing of it
_OPEN_FILES = "/proc/self/fd"
_PERMISSIONS = 0o777
_SECOND = 10**9
_NOT_WHOLE = "its content is not whole in the cache"


class LeftAlone(Exception):
    """The file stays as it is; says why."""


class Placed(NamedTuple):
    """path: of the worktree; found: stat(2) of the new file; how: see `copying.copy`"""

    path: str
    found: os.stat_result
    how: str


class Cached(NamedTuple):
    """A content in the cache. size: what the pointer says of it

    latest: nanoseconds; no file that it becomes is younger; None: than now
    """

    file: Path
    size: int
    latest: int | None = None


def look(top: int, path: str, pointer: bytes) -> None:
    """Raises LeftAlone where `place` would, as far as that can be told before."""
    with _told(), _pointer_at(top, path, pointer):
        pass


def place(top: int, path: str, pointer: bytes, cached: Cached, drafts: int = -1) -> Placed:
    """Put the content where the pointer is.

    top: the worktree, an open folder; drafts: an open folder for what a killed process leaves, if
    it is in the same file system: otherwise that stays beside the file
    Raises LeftAlone when there is anything else than a plain file of exactly these bytes, or when
    the content cannot be had or written.
    """
    with (
        _told(),
        _pointer_at(top, path, pointer) as (folder, before),
        _opened(cached.file, None) as source,
    ):
        if not _is_file(os.fstat(source), cached.size):
            raise LeftAlone(_NOT_WHOLE)
        with _Draft(folder, drafts) as draft:
            how = copying.copy(source, draft.descriptor, cached.size)
            draft.dress(before, cached.latest)
            found = draft.replace(path.rpartition("/")[2], before)
    return Placed(path, found, how)


def held(path: Path, most: int) -> bytes:
    """What a plain file of at most so many bytes holds; nothing for anything else."""
    with suppress(OSError), _opened(path, None) as file:
        found = os.fstat(file)
        if stat.S_ISREG(found.st_mode) and found.st_size <= most:
            return os.pread(file, most, 0)
    return b""


class _Draft:
    """A new file in a folder, without a name as long as the system allows."""

    def __init__(self, folder: int, drafts: int) -> None:
        self._folder = folder
        self._drafts = drafts
        self._name = f".anvcs-{os.urandom(6).hex()}.tmp"
        self._named = -1  # the open folder where it has that name

    def __enter__(self) -> "_Draft":
        self.descriptor = self._nameless()
        if self.descriptor < 0:
            self.descriptor = os.open(self._name, _NEW, 0o600, dir_fd=self._folder)
            self._named = self._folder
        return self

    def _nameless(self) -> int:
        """-1 where there is no such thing."""
        if _NAMELESS and Path(_OPEN_FILES).is_dir():
            with suppress(OSError):
                flags = os.O_RDWR | _NAMELESS | os.O_CLOEXEC
                return os.open(".", flags, 0o600, dir_fd=self._folder)
        return -1

    def __exit__(self, *error: object) -> None:
        os.close(self.descriptor)
        if self._named >= 0:
            with suppress(OSError):
                os.unlink(self._name, dir_fd=self._named)

    def dress(self, before: os.stat_result, latest: int | None) -> None:
        """What may be done with the old file may be done with the new one.

        It is of the last moment of the second before, by the clock of its file system: whoever
        writes to it from now on gives it another second, which is all that Git looks at.
        """
        os.fchmod(self.descriptor, before.st_mode & _PERMISSIONS)
        now = os.fstat(self.descriptor).st_mtime_ns
        moment = (now if latest is None else min(now, latest)) // _SECOND * _SECOND - 1
        os.utime(self.descriptor, ns=(before.st_atime_ns, moment))

    def replace(self, name: str, before: os.stat_result) -> os.stat_result:
        """Take the place of the file that is still as it was `before`; stat(2) of ours."""
        if self._named < 0:
            self._name_it()
        now = os.stat(name, dir_fd=self._folder, follow_symlinks=False)
        if _signs(now) != _signs(before):
            raise LeftAlone("somebody wrote to it")
        os.rename(self._name, name, src_dir_fd=self._named, dst_dir_fd=self._folder)
        self._named = -1
        return os.fstat(self.descriptor)

    def _name_it(self) -> None:
        open_file = f"{_OPEN_FILES}/{self.descriptor}"
        with suppress(OSError):  # none, or of another file system
            os.link(open_file, self._name, dst_dir_fd=self._drafts)
            self._named = self._drafts
        if self._named < 0:
            os.link(open_file, self._name, dst_dir_fd=self._folder)
            self._named = self._folder


@contextmanager
def _pointer_at(top: int, path: str, pointer: bytes) -> Iterator[tuple[int, os.stat_result]]:
    """The folder, open, and what the file is. Raises LeftAlone, OSError."""
    with _folder_of(top, path) as folder:
        with _opened(path.rpartition("/")[2], folder) as file:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise LeftAlone("it is no plain file")
            same = found.st_size == len(pointer) and os.pread(file, len(pointer), 0) == pointer
        if not same:
            raise LeftAlone("it holds something else than the pointer")
        yield folder, found


@contextmanager
def _folder_of(top: int, path: str) -> Iterator[int]:
    """The folder that holds the path, open. Raises LeftAlone, OSError."""
    *steps, name = path.split("/")
    if any(step in ("", ".", "..") or step.casefold() == ".git" for step in (*steps, name)):
        raise LeftAlone("this is no path of a worktree")
    folder = os.dup(top)
    try:
        for step in steps:
            below = os.open(step, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
        yield folder
    finally:
        os.close(folder)


@contextmanager
def _opened(path: str | Path, folder: int | None) -> Iterator[int]:
    descriptor = os.open(path, _READ, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_file(found: os.stat_result, size: int) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_size == size


def _signs(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@contextmanager
def _told() -> Iterator[None]:
    """What the system refuses becomes LeftAlone."""
    try:
        yield
    except EOFError:
        raise LeftAlone(_NOT_WHOLE) from None
    except ValueError as error:  # a NUL in a name
        raise LeftAlone(str(error)) from error
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise LeftAlone("a link is there, or something that is no folder") from error
        raise LeftAlone(error.strerror or str(error)) from error

"""`index.lock`, taken as Git takes it, and gone when we are, however we end.

Git makes the lock with O_EXCL and leaves it when it is killed; nothing can be staged then until
somebody deletes it. Ours is a second name (link(2)) of a draft, which says whose it is: a small
program that waits for our end takes both away. Where there are no hard links it is as with Git.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import errno
import os
from pathlib import Path
import time

from git_anvcs.kernel import spawn
from git_anvcs.kernel.errors import AnvcsError

_POLL_SECONDS = 0.02
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}

# Whoever has ended well says so; at any other end what it reads ends without a word. A lock that
# is another file than the draft is somebody else's.
_AFTER_US = """trap '' HUP INT QUIT TERM
read -r said
[ "$said" ] && exit
[ "$1" -ef "$2" ] && rm -f -- "$1"
rm -f -- "$2"
"""


class IndexBusy(AnvcsError):
    """Another git holds the index."""


class IndexNotWritten(AnvcsError):
    """The file system refused."""


class Lock:
    """The lock while we hold it."""

    def __init__(self, index: Path, draft: Path) -> None:
        self._index, self._draft = index, draft
        self._lock = lock_of(index)
        self._held = self._linked = False

    def take(self, wait: float) -> None:
        """Raises IndexBusy when it cannot be had within so many seconds."""
        deadline = time.monotonic() + wait
        while not self._took():
            if time.monotonic() >= deadline:
                raise IndexBusy(
                    f"another git holds {self._lock}",
                    hint="try again when it has ended; if none runs, delete that file",
                )
            time.sleep(_POLL_SECONDS)
        self._held = True

    def _took(self) -> bool:
        try:
            self._lock.hardlink_to(self._draft)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            with suppress(FileExistsError):
                os.close(os.open(self._lock, _NEW, 0o666))
                return True
            return False
        self._linked = True
        return True

    def become_index(self, data: bytes, *, mtime_ns: int, mode: int, sync: bool) -> None:
        """Make these bytes the index; the lock is gone then. sync: first have them on the disk"""
        with self._draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.utime(file.fileno(), ns=(time.time_ns(), mtime_ns))
            if sync:
                os.fsync(file.fileno())
        if self._linked:
            self._lock.rename(self._index)
            self._held = False
        else:
            self._draft.rename(self._index)

    def let_go(self) -> None:
        """Take the lock away, if it is still there."""
        if self._held:
            self._lock.unlink(missing_ok=True)


def lock_of(index: Path) -> Path:
    """The file that is there while somebody writes the index."""
    return index.with_name(f"{index.name}.lock")


@contextmanager
def held(index: Path, wait: float) -> Iterator[Lock]:
    """Hold the lock of an index for the block. index: no link; wait: seconds, 0: not at all

    Raises IndexBusy, and IndexNotWritten for what the file system refuses in the block.
    """
    draft = index.with_name(f"{index.name}.{os.getpid()}.{os.urandom(4).hex()}.draft")
    try:
        with _cleaned_up(lock_of(index), draft):
            os.close(os.open(draft, _NEW, 0o600))
            lock = Lock(index, draft)
            try:
                lock.take(wait)
                yield lock
            finally:
                lock.let_go()
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise IndexNotWritten(f"cannot write {index}: {error.strerror}") from error


@contextmanager
def _cleaned_up(lock_file: Path, draft: Path) -> Iterator[None]:
    """Within the block, our end by a signal takes both files away."""
    words = ("/bin/sh", "-c", _AFTER_US, "sh", str(lock_file), str(draft))
    try:
        pid, told = spawn.start_waiting(words, spawn.clean_environment())
    except OSError:  # no sh, no room for a process: as with Git
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):
            os.write(told, b"done\n")
        os.close(told)
        with suppress(OSError):
            os.waitpid(pid, 0)

"""One writer at a time: flock(2) on a file that is never deleted; the kernel frees it at death."""

from collections.abc import Iterator
from contextlib import contextmanager
import fcntl
import os
from pathlib import Path
import time

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import make_folder, share

_POLL_SECONDS = 0.01


class Locked(AnvcsError):
    """Another process holds the lock."""


@contextmanager
def held(path: Path, *, timeout: float = 30.0, shared: bool = False) -> Iterator[None]:
    """Hold the lock `path` for the block. shared: together with others that hold it so

    Raises Locked after `timeout` seconds (0: at once), CannotWrite where no file can be made.
    """
    try:
        make_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        share(path, descriptor)
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror}") from error
    try:
        _acquire(descriptor, path, time.monotonic() + timeout, shared=shared)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, deadline: float, *, shared: bool) -> None:
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Locked(
                    f"another git-anvcs process holds {path.name}", hint="try again in a moment"
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            return

"""Many files and folders made to survive a power cut, in the time of a few.

A file system writes its journal once for all who wait for it, so they are waited for together:
2,000 files of 64 KiB on ext4 take a tenth of what one fsync(2) after another takes, and a third of
that where the whole file system can be asked (blobs/file_system).
"""

from collections.abc import Sequence
from contextlib import suppress
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Thread

_TOGETHER = 16
_MANY = 256  # to have everything written is cheaper then
_FEW = 8  # threads are not worth loading then: one content and its folders are four


def sync(paths: Sequence[str], folder: str) -> None:
    """Returns when all are on the disk; what is gone is left out. folder: they are in there

    Raises OSError, whose filename says for which.
    """
    if len(paths) > _MANY:
        from git_anvcs.blobs import file_system  # loads ctypes

        if file_system.sync(folder):
            return
    lots = [list(paths)]
    if len(paths) > _FEW:
        lots = [list(paths[start::_TOGETHER]) for start in range(_TOGETHER)]
    failed: list[OSError] = []
    threads = [_begun(lot, failed) for lot in lots[1:]]
    _sync_each(lots[0], failed)
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def begin(descriptor: int, start: int, size: int) -> None:
    """Have these bytes of an open file go to the disk, so that `sync` waits less for them.

    Linux writes what it is told that nobody needs soon (posix_fadvise(2)), and lets go of what is
    on the disk already. Elsewhere nothing is done, and nothing is lost by it.
    """
    if hasattr(os, "posix_fadvise"):  # not on macOS
        with suppress(OSError):
            os.posix_fadvise(descriptor, start, size, os.POSIX_FADV_DONTNEED)


def _begun(paths: list[str], failed: list[OSError]) -> "Thread":
    from threading import Thread

    thread = Thread(target=_sync_each, args=(paths, failed))
    thread.start()
    return thread


def _sync_each(paths: list[str], failed: list[OSError]) -> None:
    try:
        for path in paths:
            _sync(path)
    except OSError as error:
        failed.append(error)


def _sync(path: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:  # set aside or removed since
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        error.filename = path
        raise
    finally:
        os.close(descriptor)

"""Bytes into a file of the cache, and what is said when it cannot be written."""

import errno
import os

from git_anvcs.store.atomic import CannotWrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.git.pktline import Piece


def write(descriptor: int, data: "Piece") -> None:
    """All of the bytes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def remove(path: str) -> None:
    """The file, if it is there and may be removed at all. Raises OSError."""
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EROFS):
            raise


def cannot_write(path: str | os.PathLike[str], error: OSError) -> CannotWrite:
    """What is raised when the cache cannot be written."""
    return CannotWrite(
        f"cannot write {os.fspath(path)}: {error.strerror}",
        hint="the cache of large files is in the Git directory: it needs room there",
    )

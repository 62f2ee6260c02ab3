"""Locks in a folder that machines share: a file each, which gets its name when it is whole.

link(2) gives a name to one alone, on NFS too. Where a file system has no links the file is made
with O_EXCL; who is killed between that and the writing leaves a lock of nobody.
"""

from collections.abc import Iterator
import errno
import os

from git_anvcs.blobs import sharing
from git_anvcs.blobs.errors import BlobMissing
from git_anvcs.blobs.folder import FolderStore
from git_anvcs.blobs.locks import FOLDER, LONGEST

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class FolderLocks:
    """The locks of a store in a folder; see blobs/locks.py."""

    def __init__(self, store: FolderStore) -> None:
        self._store = store

    def make(self, name: str, data: bytes) -> bool:
        """Make the file; False when it is there."""

        def make() -> bool:
            with (
                self._store.folder((FOLDER,), make=True) as folder,
                self._store.folder(("new",), make=True) as new,
            ):
                draft = f"{os.getpid()}.{os.urandom(8).hex()}"
                _write(new, draft, data)
                try:
                    return _named(new, draft, folder, name) or _write(folder, name, data)
                except FileExistsError:
                    return False
                finally:
                    os.unlink(draft, dir_fd=new)

        return self._store.answers(make)

    def read(self, name: str) -> tuple[bytes, str] | None:
        """The file, and its inode and time as what it is called."""

        def read() -> tuple[bytes, str] | None:
            try:
                with self._store.folder((FOLDER,)) as folder:
                    descriptor = os.open(name, _READ, dir_fd=folder)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                return file.read(LONGEST + 1), _version(os.fstat(descriptor))

        return self._store.answers(read)

    def remove(self, name: str, version: str) -> None:
        """Remove the file, if it still is that one."""

        def remove() -> None:
            with self._store.folder((FOLDER,)) as folder:
                if _version(os.stat(name, dir_fd=folder, follow_symlinks=False)) != version:
                    raise BlobMissing("the lock is another by now")
                os.unlink(name, dir_fd=folder)

        self._store.answers(remove, name)

    def names(self) -> Iterator[str]:
        """Every file that is there."""

        def names() -> list[str]:
            try:
                with self._store.folder((FOLDER,)) as folder, os.scandir(folder) as found:
                    return [entry.name for entry in found]
            except FileNotFoundError:
                return []

        yield from self._store.answers(names)


def _write(folder: int, name: str, data: bytes) -> bool:
    """A new file. Raises FileExistsError."""
    descriptor = os.open(name, _MAKE, 0o644, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            sharing.let_read(descriptor, folder)
            file.write(data)
    except OSError:  # a full disk: half a lock would be nobody's
        os.unlink(name, dir_fd=folder)
        raise
    return True


def _named(new: int, draft: str, folder: int, name: str) -> bool:
    """Whether the draft has the name now; False: there are no links here. Raises FileExistsError"""
    try:
        os.link(draft, name, src_dir_fd=new, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


def _version(found: os.stat_result) -> str:
    return f"{found.st_ino}.{found.st_mtime_ns}"

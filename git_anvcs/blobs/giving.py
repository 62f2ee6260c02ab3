"""A content of the cache as a new file below a folder; what is there already stays.

Folders are made and walked one by one without following links, and the file gets its name when it
is whole.
"""

from contextlib import suppress
import os
from pathlib import Path
import stat

from git_anvcs.blobs import copying
from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.contents import chunks, digest
from git_anvcs.blobs.placing import LeftAlone
from git_anvcs.blobs.pointer import LONGEST, Pointer

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def give(cached: Path, top: Path, path: str, pointer: Pointer) -> None:
    """Write the content to `path` below `top`, which is made where it is not there.

    A file that has the content already is left, its pointer is replaced. Raises LeftAlone for
    anything else that is there, for a path that leads elsewhere and for what cannot be written.
    """
    *steps, name = path.split("/")
    if any(step in ("", ".", "..") or step.casefold() == ".git" for step in (*steps, name)):
        raise LeftAlone("this is no path of a worktree")
    try:
        top.mkdir(parents=True, exist_ok=True)
        folder = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for step in steps:
                with suppress(FileExistsError):
                    os.mkdir(step, dir_fd=folder)
                below = os.open(step, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = below
            if not _is_there(folder, name, pointer):
                _write(cached, folder, name, pointer.size)
        finally:
            os.close(folder)
    except EOFError:
        raise LeftAlone("its content is not whole in the cache") from None
    except ValueError as error:  # a NUL in a name
        raise LeftAlone(str(error)) from error
    except OSError as error:
        raise LeftAlone(error.strerror or str(error)) from error


def _is_there(folder: int, name: str, pointer: Pointer) -> bool:
    """Whether the file has the content; False where it may be written. Raises LeftAlone."""
    try:
        file = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return False
    with os.fdopen(file, "rb", buffering=0) as opened:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise LeftAlone("something is there that is no plain file")
        if found.st_size == pointer.size and digest(chunks(opened)) == pointer.oid:
            return True
        known = pointers.parse(os.pread(file, LONGEST + 1, 0))
        if known and known.oid == pointer.oid:
            return False
    raise LeftAlone("another file is there; --to DIR writes elsewhere")


def _write(cached: Path, folder: int, name: str, size: int) -> None:
    draft = f".anvcs-{os.urandom(6).hex()}.tmp"
    source = os.open(cached, os.O_RDONLY | os.O_CLOEXEC)
    try:
        target = os.open(draft, _NEW, 0o666, dir_fd=folder)
        try:
            copying.copy(source, target, size)
        finally:
            os.close(target)
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(source)
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=folder)

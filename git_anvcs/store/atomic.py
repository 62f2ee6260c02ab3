"""Files replaced whole or not at all."""

import os

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import make_folder, share

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


class CannotWrite(AnvcsError):
    """The file system refused: full, read-only or forbidden."""


def write(path: "Path", data: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` so that a reader, or a crash, sees the old bytes or the new, never a mixture.

    The new bytes are on disk (fsync) before the name points at them (rename(2)); parents are made.
    Raises CannotWrite.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        make_folder(path.parent)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                share(temporary, descriptor)
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror}") from error


def create(path: "Path", data: bytes, *, mode: int = 0o644) -> bool:
    """Make `path` with these bytes unless it exists; of several at once, one wins (link(2)).

    Returns whether it was us. Raises CannotWrite.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    write(temporary, data, mode=mode)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return True


def remove(path: "Path") -> bool:
    """Delete a file; whether it was there. Raises CannotWrite."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CannotWrite(f"cannot delete {path}: {error.strerror}") from error
    return True

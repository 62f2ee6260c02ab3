"""A file that comes from a store: counted while it is written, named only when it is whole.

What came packed (blobs/packing) is unpacked here, whichever store it came from.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
import os
from pathlib import Path

from git_anvcs.blobs import coming, packing
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.blobs.pointer import LARGEST
from git_anvcs.store.atomic import CannotWrite


@contextmanager
def arriving(dest: Path, oid: str | None) -> Iterator[Callable[[bytes], None]]:
    """Write to `dest` with what this gives; after the block it is there, whole, or as it was.

    oid: the SHA-256 that the bytes must have, where it is known; they are not synced, see
    `Cache.sync`
    Raises WrongContent, CannotWrite.
    """
    temporary = dest.with_name(f".{dest.name[:64]}.{os.getpid()}.{os.urandom(6).hex()}.tmp")
    counted, size = sha256(), 0
    try:
        file = temporary.open("xb", buffering=0)
    except OSError as error:
        raise _cannot(dest, error) from error
    try:
        with file:

            def write(chunk: bytes) -> None:
                nonlocal size
                size += len(chunk)
                coming.came(len(chunk), size)
                counted.update(chunk)
                view = memoryview(chunk)
                try:
                    while view:
                        view = view[file.write(view) :]
                except OSError as error:
                    raise _cannot(dest, error) from error

            yield write
        if oid is None or counted.hexdigest() == oid or not _unpacked(temporary, oid):
            check(counted.hexdigest(), oid)
        try:
            temporary.replace(dest)
        except OSError as error:
            raise _cannot(dest, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def check(found: str, oid: str | None) -> None:
    """Raise WrongContent unless the bytes have the SHA-256 that was asked for, if one was."""
    if oid is not None and found != oid:
        raise WrongContent(
            f"the bytes have SHA-256 {found}, wanted was {oid}",
            hint="nothing was changed; another copy may be whole",
        )


def _unpacked(came: Path, oid: str) -> bool:
    """Put the content in the place of its frame; whether it was one. Raises WrongContent."""
    plain, counted = came.with_suffix(".plain.tmp"), sha256()
    try:
        with came.open("rb") as file:
            pieces = packing.unpacked(file, coming.most(LARGEST))
            if pieces is None:
                return False
            with plain.open("xb") as made:
                for piece in pieces:
                    coming.came(len(piece))
                    counted.update(piece)
                    made.write(piece)
        check(counted.hexdigest(), oid)
        plain.replace(came)
    except OSError as error:
        raise _cannot(came, error) from error
    finally:
        plain.unlink(missing_ok=True)
    return True


def _cannot(dest: Path, error: OSError) -> CannotWrite:
    return CannotWrite(f"cannot write {dest}: {error.strerror}")

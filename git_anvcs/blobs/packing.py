"""A content as some stores hold it: packed as one frame of Zstandard, where that saves a tenth.

Its name is the SHA-256 of the plain bytes in any case, so what came from a store says itself which
of both it is: bytes with the right SHA-256 are the content, whatever they look like; others may be
its frame.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
from typing import BinaryIO

from git_anvcs.blobs.errors import WrongContent
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import zstd
from git_anvcs.store.paths import make_folder

NAME = "zstd"  # in an object's metadata, and as Content-Encoding (RFC 8878)

_CHUNK = 1 << 20
_LEAST = 4096  # bytes; below them there is nothing to save
_WORTH = 0.9  # what may be left of the plain bytes


@contextmanager
def packed(path: Path, oid: str, folder: Path) -> Iterator[Path]:
    """The file, or a packed copy of it in that folder, which is gone after the block.

    A block at the beginning and one in the middle are tried first. A copy that cannot be written is
    done without. Raises WrongContent when the file is another content, AnvcsError.
    """
    try:
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            helps = size >= _LEAST and _helps(file, size)
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error
    if not helps:
        yield path
        return
    copy = folder / f"{os.getpid()}.{os.urandom(6).hex()}.{NAME}"
    try:
        yield copy if _written(path, copy, oid, size) else path
    finally:
        with suppress(OSError):
            copy.unlink()


def unpacked(file: BinaryIO, largest: int) -> Iterator[bytes] | None:
    """The content of what came from a store, if that is a frame; None: it is not.

    largest: no more bytes are ever made of it. What is given raises WrongContent.
    """
    begin = file.read(len(zstd.MAGIC))
    file.seek(0)
    return _pieces(file, largest) if begin == zstd.MAGIC else None


def _pieces(file: BinaryIO, largest: int) -> Iterator[bytes]:
    try:
        yield from zstd.unpack_stream(file, largest)
    except zstd.NotPacked as error:
        raise WrongContent(
            f"the bytes are another content, or its frame of Zstandard is damaged: {error}",
            hint="nothing was changed; another copy may be whole",
        ) from error


def _helps(file: BinaryIO, size: int) -> bool:
    """Whether blocks of it get small enough."""
    places = (0, size // 2) if size > 2 * _CHUNK else (0,)
    blocks = [os.pread(file.fileno(), _CHUNK, place) for place in places]
    return sum(map(zstd.packed_size, blocks)) <= _WORTH * sum(map(len, blocks))


def _written(path: Path, copy: Path, oid: str, size: int) -> bool:
    """Write the copy; whether it is there and small enough. It is a help, and never a must."""
    from hashlib import sha256

    counted = sha256()

    def pieces(file: BinaryIO) -> Iterator[bytes]:
        while piece := file.read(_CHUNK):
            counted.update(piece)
            yield piece

    left = int(_WORTH * size)
    try:
        make_folder(copy.parent)
        with path.open("rb", buffering=0) as file, copy.open("xb") as made:
            for piece in zstd.pack_stream(pieces(file), size):
                left -= len(piece)
                if left < 0:
                    return False
                made.write(piece)
    except OSError:  # no room
        return False
    except zstd.NotPacked:  # it grew or shrank: not what was to be sent
        raise WrongContent(f"{path} changed while it was read", hint="try again") from None
    if counted.hexdigest() != oid:
        raise WrongContent(f"{path} changed while it was read", hint="try again")
    return True

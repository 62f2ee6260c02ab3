"""Contents by the SHA-256 of their bytes, each once: `<folder>/aa/<62 more hex>`, zlib level 1.

Written whole or not at all, readable by this user alone. Nothing is synced: what a power cut
tears is recognised by its digest and counts as lost.
"""

from collections.abc import Iterator
from contextlib import suppress
import hashlib
import os
from pathlib import Path
from typing import IO
import zlib

from git_anvcs.store import atomic
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import make_folder, share

_CHUNK = 1 << 20


def has(folder: Path, digest: bytes) -> bool:
    """Whether there is something under the digest; whether it is whole shows when it is read."""
    try:
        return _place(folder, digest).stat().st_size > 0
    except OSError:
        return False


def put(folder: Path, data: bytes) -> bytes:
    """Keep the bytes; their digest. Raises CannotWrite."""
    digest = hashlib.sha256(data).digest()
    place = _place(folder, digest)
    if not _is_renewed(place):
        with _Writer(place) as writer:
            writer.add(data)
            writer.close(place)
    return digest


def put_file(folder: Path, file: IO[bytes], largest: int) -> tuple[bytes, int] | None:
    """Keep what a file holds, read in pieces: digest and size; None when it is larger.

    Raises CannotWrite, OSError of reading.
    """
    hashed, size = hashlib.sha256(), 0
    with _Writer(folder / "new" / "x") as writer:
        while piece := file.read(_CHUNK):
            size += len(piece)
            if size > largest:
                return None
            hashed.update(piece)
            writer.add(piece)
        digest = hashed.digest()
        if not _is_renewed(_place(folder, digest)):
            writer.close(_place(folder, digest))
    return digest, size


def get(folder: Path, digest: bytes) -> bytes | None:
    """The bytes; None when they are not kept, or no longer what they were."""
    data = b"".join(pieces(folder, digest))
    return data if hashlib.sha256(data).digest() == digest else None


def pieces(folder: Path, digest: bytes) -> Iterator[bytes]:
    """The bytes in pieces, as far as they are kept; the caller compares the digest."""
    with suppress(OSError, zlib.error), _place(folder, digest).open("rb") as file:
        unpacker = zlib.decompressobj()
        while packed := file.read(_CHUNK):
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, _CHUNK)
                packed = unpacker.unconsumed_tail


def remove(folder: Path, digest: bytes) -> bool:
    """Forget a content; whether it was there. Raises CannotWrite."""
    return atomic.remove(_place(folder, digest))


def sweep(folder: Path, digest: bytes, before: float) -> int:
    """Forget a content that nobody has put since a time; its bytes on disk, 0 when it stays.

    Safe beside those who put: it is taken aside first, and goes back if somebody put it meanwhile.
    before: seconds since the epoch
    Raises CannotWrite.
    """
    place = _place(folder, digest)
    aside = place.with_name(f".{place.name}.{os.urandom(4).hex()}.tmp")
    try:
        place.rename(aside)
        found = aside.stat()
        if found.st_mtime >= before:
            aside.replace(place)
            return 0
        aside.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise CannotWrite(f"cannot delete {place}: {error.strerror}") from error
    return found.st_size


def _is_renewed(place: Path) -> bool:
    """Whether something is there; then it counts as put now, so that nobody sweeps it away."""
    try:
        os.utime(place)
        return place.stat().st_size > 0
    except OSError:
        return False


def copy(folder: Path, digest: bytes, to: Path) -> bool:
    """Have the content in another folder as well; whether it is there now. Raises CannotWrite."""
    if has(to, digest):
        return True
    try:
        data = _place(folder, digest).read_bytes()
    except OSError:
        return False
    place = _place(to, digest)
    with suppress(OSError):
        make_folder(place.parent, mode=0o700)
    atomic.write(place, data, mode=0o600)
    return True


def all_of(folder: Path) -> Iterator[tuple[bytes, int]]:
    """Every digest that is kept, with its bytes on disk."""
    for place in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        with suppress(OSError, ValueError):
            yield bytes.fromhex(place.parent.name + place.name), place.stat().st_size


def _place(folder: Path, digest: bytes) -> Path:
    name = digest.hex()
    return folder / name[:2] / name[2:]


class _Writer:
    """A content on its way: a temporary file that gets its name at the end, or goes."""

    def __init__(self, near: Path) -> None:
        self._temporary = near.with_name(f".{os.getpid()}.{os.urandom(4).hex()}.tmp")
        self._packer = zlib.compressobj(1)

    def __enter__(self) -> "_Writer":
        try:
            make_folder(self._temporary.parent, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._file = os.fdopen(os.open(self._temporary, flags, 0o600), "wb")
            share(self._temporary, self._file.fileno())
        except OSError as error:
            raise self._cannot(error) from error
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def add(self, data: bytes) -> None:
        try:
            self._file.write(self._packer.compress(data))
        except OSError as error:
            raise self._cannot(error) from error

    def close(self, place: Path) -> None:
        try:
            self._file.write(self._packer.flush())
            self._file.close()
            make_folder(place.parent, mode=0o700)
            self._temporary.replace(place)
        except OSError as error:
            raise self._cannot(error) from error

    def _cannot(self, error: OSError) -> CannotWrite:
        return CannotWrite(f"cannot write {self._temporary.parent}: {error.strerror}")

"""What is known of a file before it is sent: its SHA-256, and that of each part; in one reading."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError

_CHUNK = 1 << 20
_MOST_PARTS = 10_000  # of S3


class Sizes(NamedTuple):
    """single: the most bytes of one request; part: the fewest of a part, but for the last."""

    single: int = 64 << 20
    part: int = 16 << 20


class Sums(NamedTuple):
    """A file in numbers. parts: SHA-256 of each, none for a file that is sent at once."""

    oid: str
    size: int
    part_size: int
    parts: tuple[bytes, ...]


def summed(path: Path, sizes: Sizes) -> Sums:
    """Count the bytes of a file. Raises AnvcsError when it cannot be read."""
    try:
        with path.open("rb", buffering=0) as file:
            size = path.stat().st_size
            part_size = part_size_of(size, sizes)
            whole, parts, done = sha256(), [], 0
            part = sha256()
            while chunk := file.read(min(_CHUNK, part_size - done % part_size)):
                whole.update(chunk)
                done += len(chunk)
                if size > sizes.single:
                    part.update(chunk)
                    if done % part_size == 0 or done == size:
                        parts.append(part.digest())
                        part = sha256()
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error
    return Sums(whole.hexdigest(), done, part_size, tuple(parts))


def part_size_of(size: int, sizes: Sizes) -> int:
    """A function of the file's size alone, so that any machine can go on with another's upload."""
    part = sizes.part
    while -(-size // part) > _MOST_PARTS:
        part *= 2
    return part


def base64_of(digest: bytes) -> str:
    """A digest as S3 spells it in headers."""
    return b64encode(digest).decode("ascii")


def composite(parts: tuple[bytes, ...]) -> str:
    """The checksum that S3 gives a file sent in parts: of the parts' checksums."""
    return f"{base64_of(sha256(b''.join(parts)).digest())}-{len(parts)}"

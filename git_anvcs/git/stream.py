"""What a running git prints, in pieces as they come that end where a line or a field ends."""

from collections.abc import Iterator
import os
from typing import IO

_CHUNK = 1 << 16


def pieces(pipe: IO[bytes]) -> Iterator[bytes]:
    """Pieces that end with a newline or a NUL; the last one as it is.

    No character, colour code or mark is cut in two, as none of them holds either byte. Nothing
    else may read the pipe. A line of any length costs its own size and no more.
    """
    held: list[bytes] = []
    while chunk := os.read(pipe.fileno(), _CHUNK):
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\0")) + 1
        if end:
            yield b"".join([*held, chunk[:end]])
            held = []
        held.append(chunk[end:])
    yield b"".join(held)


def fields(pipe: IO[bytes]) -> Iterator[str]:
    """What stands between NULs. Nothing in a commit can hold one (git-commit-tree(1))."""
    rest = b""
    for piece in pieces(pipe):
        *whole, rest = (rest + piece).split(b"\0")
        yield from (field.decode(errors="surrogateescape") for field in whole)
    if rest:
        yield rest.decode(errors="surrogateescape")

"""The numbers of a segment's operations in this clone, as the table of segments has them."""

from collections.abc import Sequence
import struct

_RUN = struct.Struct(">QQ")


def runs(numbers: Sequence[int]) -> bytes:
    """Numbers of operations as they are kept: empty when they follow each other."""
    found: list[tuple[int, int]] = []
    for n in numbers:
        if found and n == sum(found[-1]):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((n, 1))
    return b"".join(_RUN.pack(*run) for run in found) if len(found) > 1 else b""


def numbers_of(first: int, count: int, packed: bytes) -> list[int]:
    """What `runs` was given."""
    if not packed:
        return list(range(first, first + count))
    return [n for start, size in _RUN.iter_unpack(packed) for n in range(start, start + size)]

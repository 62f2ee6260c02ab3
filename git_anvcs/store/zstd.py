"""Zstandard (RFC 8878): the only module that imports zstandard."""

from collections.abc import Iterable, Iterator
import os
from types import ModuleType
from typing import BinaryIO

from git_anvcs.kernel.errors import AnvcsError

MAGIC = b"\x28\xb5\x2f\xfd"  # a frame begins with it

_LEVEL = 9
_FAST = 3  # of what is too large to wait for: 0.2 GB a second of one core
_CHUNK = 1 << 20
_LONGEST_HEADER = 18
_REPEATED = 1  # the type of a block that is one byte, repeated
_SHORT_BLOCK = (
    1 << 10
)  # bytes; blocks have 128 KiB mostly, and more of them than this are an attack
# Memory for one frame, whatever its header asks for.
_LARGEST_WINDOW = 64 << 20


class NotPacked(ValueError):
    """These bytes are no Zstandard frame, or hold more than was allowed."""


def pack(data: bytes) -> bytes:
    """One frame, which says how much it holds."""
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL).compress(data)


def packed_size(data: bytes) -> int:
    """How many bytes `pack_stream` would make of these alone."""
    return len(_library().ZstdCompressor(level=_FAST).compress(data))


def pack_stream(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """One frame of so many bytes, which it says; piece by piece.

    The same bytes in the same pieces make the same frame, as long as the library is the same.
    Raises NotPacked when there are more or fewer bytes.
    """
    zstandard = _library()
    packer = zstandard.ZstdCompressor(level=_FAST, write_checksum=True).compressobj(size=size)
    try:
        for piece in pieces:
            if made := packer.compress(piece):
                yield made
        yield packer.flush()
    except zstandard.ZstdError as error:
        raise NotPacked(str(error)) from error


def unpack_stream(file: BinaryIO, largest: int) -> Iterator[bytes]:
    """What one frame holds, piece by piece; as much as it says of itself, and that is `largest`
    bytes at most. Nothing is unpacked that says more.

    Raises NotPacked, for what is cut short or followed by more, too.
    """
    zstandard = _library()
    try:
        size = zstandard.frame_content_size(file.read(_LONGEST_HEADER))
        if not 0 <= size <= largest:
            raise NotPacked(f"it does not say that it holds at most {largest} bytes")
        file.seek(0)
        unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        left = size
        with unpacker.stream_reader(file, read_across_frames=True, closefd=False) as reader:
            while piece := reader.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    break
                yield piece
    except zstandard.ZstdError as error:
        raise NotPacked(str(error)) from error
    if left:
        raise NotPacked(f"it does not hold the {size} bytes that it says")
    if _end(file, size) != file.seek(0, os.SEEK_END):
        raise NotPacked("something is behind it")


def _end(file: BinaryIO, size: int) -> int:
    """Where the first frame of a file ends, by the headers of its blocks (RFC 8878, 3.1.1.2).

    The library passes over an empty frame behind it. Raises NotPacked.
    """
    zstandard = _library()
    file.seek(0)
    begin = file.read(_LONGEST_HEADER)
    at = int(zstandard.frame_header_size(begin))
    for _ in range(size // _SHORT_BLOCK + _SHORT_BLOCK):
        file.seek(at)
        head = int.from_bytes(file.read(3), "little")
        at += 3 + (1 if head >> 1 & 3 == _REPEATED else head >> 3)
        if head & 1:
            return at + (4 if zstandard.get_frame_parameters(begin).has_checksum else 0)
    raise NotPacked("it has no end, or is all of tiny blocks")


def unpack(data: bytes, largest: int) -> bytes:
    """What one frame holds; nothing may follow it. largest: bytes, no more are ever made of it

    Raises NotPacked.
    """
    import zstandard

    try:
        size = zstandard.frame_content_size(data)
        if not 0 <= size <= largest:
            raise NotPacked(f"it does not say that it holds at most {largest} bytes")
        unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        if size:
            return unpacker.decompress(data, max_output_size=size, allow_extra_data=False)
        empty = unpacker.decompressobj()  # of an empty frame `decompress` sees no more than that
        made = empty.decompress(data)
    except zstandard.ZstdError as error:
        raise NotPacked(str(error)) from error
    if made or not empty.eof or empty.unused_data:
        raise NotPacked("it holds more than it says")
    return made


def _library() -> ModuleType:
    """The library, for what comes from elsewhere: who lacks it is told."""
    try:
        import zstandard
    except ImportError as error:
        raise AnvcsError(
            "this needs Zstandard, and the Python package zstandard is not here",
            hint="install it beside git-anvcs: pip install zstandard",
        ) from error
    return zstandard

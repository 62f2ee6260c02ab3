"""Zstandard (RFC 8878): the only module that imports zstandard."""

_LEVEL = 9
# Memory for one frame, whatever its header asks for.
_LARGEST_WINDOW = 64 << 20


class NotPacked(ValueError):
    """These bytes are no Zstandard frame, or hold more than was allowed."""


def pack(data: bytes) -> bytes:
    """One frame, which says how much it holds."""
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL).compress(data)


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

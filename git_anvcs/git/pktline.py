"""The pkt-line framing that Git speaks with its helpers (gitprotocol-common(5)); no I/O.

A packet is four hexadecimal digits, the length of the whole, then the payload; `0000` is a flush
packet, which ends a list. The delimiters of protocol version 2 mean nothing to a filter.
"""

from collections.abc import Iterable, Iterator

from git_anvcs.kernel.errors import AnvcsError

LARGEST = 65516  # bytes of payload: 65520 less the length itself
FLUSH = b"0000"
_DIGITS = frozenset(b"0123456789abcdefABCDEF")
_HEADER = 4

Piece = bytes | memoryview
Packet = Piece | None  # None is a flush packet


class BadPacket(AnvcsError):
    """The other side does not speak pkt-lines."""


def packet(payload: bytes) -> bytes:
    """One packet. An empty payload is a packet of four bytes, not a flush."""
    if len(payload) > LARGEST:
        raise ValueError(f"a packet holds {LARGEST} bytes, not {len(payload)}")
    return b"%04x%b" % (len(payload) + _HEADER, payload)


def lines(*texts: bytes) -> bytes:
    """Texts as a list: one packet with a newline each, and a flush."""
    return b"".join(packet(text + b"\n") for text in texts) + FLUSH


def content(chunks: Iterable[Piece]) -> Iterator[Piece]:
    """The packets of a content of any size, without its flush; empty chunks are left out.

    Lengths and payloads in turn: nothing is copied.
    """
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), LARGEST):
            payload = view[start : start + LARGEST]
            yield b"%04x" % (len(payload) + _HEADER)
            yield payload


class Decoder:
    """Takes bytes as they come, cut anywhere, and gives whole packets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: Piece) -> list[Packet]:
        """The packets that are whole now. Raises BadPacket, after which nothing more is read.

        Those of a memoryview are views of the same memory, but for one that was cut.
        """
        found: list[Packet] = []
        start = self._mend(data, found) if self._rest else 0
        while len(data) - start >= _HEADER:
            size = _size(bytes(data[start : start + _HEADER]))
            if len(data) - start < size:
                break
            found.append(data[start + _HEADER : start + size] if size else None)
            start += size or _HEADER
        self._rest += data[start:]
        return found

    def _mend(self, data: Piece, found: list[Packet]) -> int:
        """Add what a packet lacks that was cut before; how many bytes of `data` belong to it."""
        taken = max(0, _HEADER - len(self._rest))
        self._rest += data[:taken]
        if len(self._rest) < _HEADER:
            return len(data)
        size = _size(self._rest[:_HEADER])
        lacking = max(0, size - len(self._rest))
        self._rest += data[taken : taken + lacking]
        if len(self._rest) < size:
            return len(data)
        found.append(self._rest[_HEADER:] if size else None)
        self._rest = b""
        return taken + lacking

    @property
    def between(self) -> bool:
        """Whether nothing has begun that is not whole: the only place where a stream may end."""
        return not self._rest


def _size(header: bytes) -> int:
    """Bytes of the whole packet; 0 for a flush."""
    size = int(header, 16) if _DIGITS.issuperset(header) else -1
    if size == 0 or _HEADER <= size <= LARGEST + _HEADER:
        return size
    raise BadPacket(
        f"{header!r} is not the length of a packet",
        hint="git-ai-blob process is started by Git, not by hand",
    )

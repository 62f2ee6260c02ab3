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

Packet = bytes | None  # None is a flush packet


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


def content(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The packets of a content of any size, without its flush; empty chunks are left out."""
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), LARGEST):
            yield packet(bytes(view[start : start + LARGEST]))


class Decoder:
    """Takes bytes as they come, cut anywhere, and gives whole packets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that are whole now. Raises BadPacket, after which nothing more is read."""
        data = self._rest + data if self._rest else data
        found: list[Packet] = []
        start = 0
        while len(data) - start >= _HEADER:
            size = _size(data[start : start + _HEADER])
            if not size:
                found.append(None)
                start += _HEADER
                continue
            if len(data) - start < size:
                break
            found.append(data[start + _HEADER : start + size])
            start += size
        self._rest = data[start:]
        return found

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

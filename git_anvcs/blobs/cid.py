"""What IPFS calls a content: the CID that a Kubo node gives a file; pure.

A file is cut into chunks of one size (raw leaves), and nodes of up to `width` links (dag-pb with
UnixFS data) stand over them, filled from the left, until one is left. Its SHA-256 is the CID, in
version 1 and base 32 (specs.ipfs.tech/unixfs, ipld.io/specs/codecs/dag-pb). So the CID of a file
that we cut is known before any node is asked, and is a proof of what the node has.
"""

from base64 import b32encode
from collections.abc import Iterable
from hashlib import sha256
import re
from typing import NamedTuple

_RAW = b"\x01\x55\x12\x20"  # version 1, raw bytes, SHA-256 of 32 bytes
_DAG_PB = b"\x01\x70\x12\x20"
_FILE = b"\x08\x02"  # UnixFS: Type = File
_CID = re.compile(r"b[a-z2-7]{20,200}")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Layout(NamedTuple):
    """How a file is cut.

    chunk: bytes of a leaf; at most 1 MiB, which is what every peer takes for a block
    width: links of a node
    """

    chunk: int
    width: int


LAYOUT = Layout(1 << 20, 174)  # 174: what Kubo does unless its settings say otherwise


class _Part(NamedTuple):
    """A leaf, or a node and all below it.

    stored: bytes of all its blocks; size: bytes of the file
    """

    cid: bytes
    stored: int
    size: int


class Counter:
    """Works out the CID of bytes that come piece by piece; it keeps no bytes, only the links."""

    def __init__(self, layout: Layout = LAYOUT) -> None:
        self._layout = layout
        self._leaf = sha256()
        self._filled = 0  # bytes of that leaf
        self._levels: list[list[_Part]] = [[]]

    def feed(self, piece: bytes) -> None:
        """Add bytes at the end."""
        left = memoryview(piece)
        while left:
            part = left[: self._layout.chunk - self._filled]
            self._leaf.update(part)
            self._filled += len(part)
            if self._filled == self._layout.chunk:
                self._end_leaf()
            left = left[len(part) :]

    def cid(self) -> str:
        """The CID of all; call it once, at the end."""
        if self._filled or self._levels == [[]]:
            self._end_leaf()
        level = 0
        while level + 1 < len(self._levels) or len(self._levels[level]) > 1:
            if self._levels[level]:
                self._fold(level)
            level += 1
        return _spelled(self._levels[level][0].cid)

    def _end_leaf(self) -> None:
        self._put(_Part(_RAW + self._leaf.digest(), self._filled, self._filled))
        self._leaf, self._filled = sha256(), 0

    def _put(self, part: _Part, level: int = 0) -> None:
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(part)
        if len(self._levels[level]) == self._layout.width:
            self._fold(level)

    def _fold(self, level: int) -> None:
        parts, self._levels[level] = self._levels[level], []
        self._put(_node(parts), level + 1)


def cid_of(pieces: Iterable[bytes], layout: Layout = LAYOUT) -> str:
    """The CID of the pieces, one behind the other."""
    counter = Counter(layout)
    for piece in pieces:
        counter.feed(piece)
    return counter.cid()


def is_cid(text: str) -> bool:
    """Whether it is spelled as a CID of version 1 in base 32, and so names nothing but content."""
    return _CID.fullmatch(text) is not None


def in_base32(text: str) -> str | None:
    """The same CID as `is_cid` wants it, of what nodes also answer: base 58, version 0; or None."""
    if is_cid(text):
        return text
    before = {"Q": b"\x01\x70", "z": b""}.get(text[:1])  # version 0 is a hash of dag-pb, no more
    if before is None or len(text) > 200 or set(text) - set(_BASE58):
        return None
    number = 0
    for digit in text.removeprefix("z"):
        number = number * 58 + _BASE58.index(digit)
    again = _spelled(before + number.to_bytes((number.bit_length() + 7) // 8, "big"))
    return again if is_cid(again) else None


def _spelled(cid: bytes) -> str:
    return f"b{b32encode(cid).decode().rstrip('=').lower()}"


def _node(parts: list[_Part]) -> _Part:
    size = sum(part.size for part in parts)
    data = _FILE + _number(3, size) + b"".join(_number(4, part.size) for part in parts)
    links = (_text(1, part.cid) + _text(2, b"") + _number(3, part.stored) for part in parts)
    block = b"".join(_text(2, link) for link in links) + _text(1, data)
    stored = len(block) + sum(part.stored for part in parts)
    return _Part(_DAG_PB + sha256(block).digest(), stored, size)


def _text(field: int, value: bytes) -> bytes:
    """A field of Protocol Buffers with bytes in it."""
    return bytes([field << 3 | 2]) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return bytes([field << 3]) + _varint(value)


def _varint(value: int) -> bytes:
    spelled = bytearray()
    while value > 0x7F:
        spelled.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(spelled) + bytes([value])

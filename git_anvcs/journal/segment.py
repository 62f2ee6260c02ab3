"""A segment: consecutive operations of one actor, packed, signed and named by their digest.

An entry is an operation as `op.encode` made it, or only its digest (*withheld*: purged, thinned or
private). What is signed is the digests of all entries, so that every entry that is whole can be
checked whichever others are withheld, and withholding more needs no new signature.
docs/formats/journal.md has the layout.
"""

from collections.abc import Callable, Container, Iterable, Iterator
import hashlib
import os
import struct
from typing import NamedTuple

from git_anvcs.journal import op
from git_anvcs.journal.op import Damaged, digest_of
from git_anvcs.store import zstd

SEAL_BYTES = 256 << 10  # of encoded operations; then a segment is full
LARGEST = 64 << 20  # bytes unpacked; no reader makes more of one
MOST_ENTRIES = 1 << 20

_MAGIC = b"anvcsSEG"
_VERSION = 1
# version, first, count, actor, before, root, last, key, signature
_HEADER = struct.Struct(">BQI16s32s32s32s32s64s")
_DIGEST = 32
_ENTRY = struct.Struct(">BI")
_LENGTH = struct.Struct(">I")  # of a lane's name
_WITHHELD, _WHOLE, _LEAN, _TOLD = 0, 1, 2, 3
_DOMAIN = b"anvcs-journal-segment/1\0"
_UNSIGNED = (bytes(32), bytes(64))


class Withheld(NamedTuple):
    """An operation of which only the digest is here, and what it was about where that is told.

    lane: empty where nobody says; path: empty where it was about none
    """

    digest: bytes
    lane: str = ""
    path: str = ""


Entry = bytes | Withheld
# Signs a message: the public key, 32 bytes, and the signature, 64.
Sign = Callable[[bytes], tuple[bytes, bytes]]
# Told of every whole operation in order, and whether it was packed without the digest of its text:
# then it gives that digest.
Digests = Callable[[op.Op, bool], bytes]


class Segment(NamedTuple):
    """first: the sequence number of the first entry; before: the digest of the one before it

    key, signature: Ed25519 over `message`; empty: unsigned
    """

    actor: bytes
    first: int
    before: bytes
    entries: tuple[Entry, ...]
    key: bytes = b""
    signature: bytes = b""

    @property
    def digests(self) -> list[bytes]:
        """Of every entry, in order."""
        return [digest(entry) for entry in self.entries]

    @property
    def last(self) -> bytes:
        """What the first entry of the next segment holds as the digest before."""
        return digest(self.entries[-1]) if self.entries else self.before

    @property
    def end(self) -> int:
        """The sequence number after its last entry."""
        return self.first + len(self.entries)


def digest(entry: Entry) -> bytes:
    return entry.digest if isinstance(entry, Withheld) else digest_of(entry)


def make(
    actor: bytes, first: int, before: bytes, entries: Iterable[Entry], sign: Sign | None = None
) -> Segment:
    """A segment of these. sign: None leaves it unsigned

    Raises ValueError when they are not the actor's consecutive operations.
    """
    made = Segment(actor, first, before, tuple(entries))
    if wrong := _chain_problems(made):
        raise ValueError(wrong[0])
    if sign is None:
        return made
    key, signature = sign(message(made))
    return made._replace(key=key, signature=signature)


def message(segment: Segment) -> bytes:
    """What the signature is over."""
    return _DOMAIN + struct.pack(
        ">16sQI32s32s32s", segment.actor, segment.first, len(segment.entries), segment.before,
        _root(segment.digests), segment.last,
    )  # fmt: skip


def withhold(segment: Segment, chosen: Container[int]) -> Segment:
    """The same without the operations of these sequence numbers; signed as it was.

    What they were about stays told: it never leaves this clone. Raises Damaged.
    """
    entries = tuple(
        _withheld(entry) if number in chosen else entry
        for number, entry in enumerate(segment.entries, segment.first)
    )
    return segment._replace(entries=entries)


def _withheld(entry: Entry) -> Withheld:
    if isinstance(entry, Withheld):
        return entry
    about = op.decode(entry).op
    return Withheld(digest_of(entry), about.lane, about.path if about.lane else "")


def problems(segment: Segment) -> list[str]:
    """What is wrong with it, in words; nothing when its chain and its signature hold.

    An unsigned one has a chain and no more: whether that counts is up to the caller.
    """
    from git_anvcs.trust import ed25519

    found = _chain_problems(segment)
    if segment.key and not ed25519.verifies(segment.key, segment.signature, message(segment)):
        found.append("the signature is not that of its key over these operations")
    return found


def pack(segment: Segment, lean: Container[int] = ()) -> bytes:
    """In bytes. lean: sequence numbers of edits whose text's digest is left out, because whoever

    has the texts before can work it out: most of what an edit takes. Raises ValueError when it is
    too large.
    """
    body = b"".join(_packed(segment, lean))
    if len(body) > LARGEST or len(segment.entries) > MOST_ENTRIES:
        raise ValueError(f"{len(body)} bytes are too many for a segment")
    key, signature = (segment.key, segment.signature) if segment.key else _UNSIGNED
    header = _HEADER.pack(
        _VERSION, segment.first, len(segment.entries), segment.actor, segment.before,
        _root(segment.digests), segment.last, key, signature,
    )  # fmt: skip
    data = _MAGIC + header + zstd.pack(body)
    return data + _checksum(data)


def unpack(data: bytes, digests: Digests | None = None) -> Segment:
    """What `pack` was given. digests: for entries that were packed lean

    Raises Damaged: cut short, changed, of a newer version, lean without `digests`, or larger
    unpacked than any segment. Whether its signature holds is said by `problems`.
    """
    head, fields = header_of(data)
    if _checksum(data[:-_DIGEST]) != data[-_DIGEST:]:
        raise Damaged("the bytes of the segment are not those that were written")
    try:
        body = zstd.unpack(data[len(_MAGIC) + _HEADER.size : -_DIGEST], LARGEST)
    except zstd.NotPacked as error:
        raise Damaged(f"a segment cannot be unpacked: {error}") from error
    found = head._replace(entries=tuple(_unpacked(head, body, fields.size, digests)))
    if _root(found.digests) != fields.root or found.last != fields.last:
        raise Damaged("the operations of the segment are not those its header tells of")
    return found


class Header(NamedTuple):
    """What can be known of a segment without unpacking it; nothing of it is checked yet."""

    actor: bytes
    first: int
    size: int  # operations
    before: bytes
    root: bytes
    last: bytes


def header_of(data: bytes) -> tuple[Segment, Header]:
    """The segment without its entries, and what it says of them. Raises Damaged."""
    if len(data) < len(_MAGIC) + _HEADER.size + _DIGEST or data[: len(_MAGIC)] != _MAGIC:
        raise Damaged("these bytes are no segment")
    version, first, count, actor, before, root, last, key, signature = _HEADER.unpack_from(
        data, len(_MAGIC)
    )
    if version != _VERSION:
        raise Damaged(f"version {version} of a segment is not known")
    if not 0 < count <= MOST_ENTRIES or first < 1 or first + count >= 1 << 63:
        raise Damaged("a segment has no such number of operations")
    signed = (key, signature) if (key, signature) != _UNSIGNED else (b"", b"")
    return Segment(actor, first, before, (), *signed), Header(
        actor, first, count, before, root, last
    )


def name_of(data: bytes) -> str:
    """The address of a packed segment: hex of the digest of its bytes, which it ends with."""
    return data[-_DIGEST:].hex()


def _packed(segment: Segment, lean: Container[int]) -> Iterator[bytes]:
    for number, entry in enumerate(segment.entries, segment.first):
        if isinstance(entry, Withheld):
            about = _about(entry)
            kind = _TOLD if about else _WITHHELD
            yield _ENTRY.pack(kind, _DIGEST + len(about)) + entry.digest + about
            continue
        cut = op.without_digest(entry) if number in lean else entry
        cut = op.without_place(cut)
        yield _ENTRY.pack(_LEAN if number in lean else _WHOLE, len(cut)) + cut


def _unpacked(head: Segment, body: bytes, count: int, digests: Digests | None) -> Iterator[Entry]:
    at, before = 0, head.before
    for number in range(head.first, head.first + count):
        if at + _ENTRY.size > len(body):
            raise Damaged("a segment has fewer operations than it says")
        kind, size = _ENTRY.unpack_from(body, at)
        at += _ENTRY.size
        piece = body[at : at + size]
        at += size
        if len(piece) != size or kind not in (_WITHHELD, _WHOLE, _LEAN, _TOLD):
            raise Damaged("a segment has an entry of no kind that is known")
        entry = _entry(kind, piece, op.Place(head.actor, number, before), digests)
        yield entry
        before = digest(entry)
    if at != len(body):
        raise Damaged("a segment has more in it than its operations")


def _entry(kind: int, piece: bytes, place: op.Place, digests: Digests | None) -> Entry:
    if kind == _WITHHELD:
        if len(piece) != _DIGEST:
            raise Damaged("a withheld operation has no digest")
        return Withheld(piece)
    if kind == _TOLD:
        return _told(piece)
    data = op.with_place(piece, place)
    link = op.decode(data)
    if digests is None:
        if kind == _LEAN:
            raise Damaged("a segment leaves out digests of texts that are not here")
        return data
    found = digests(link.op, kind == _LEAN)
    return op.encode(link.op._replace(digest=found), *place) if kind == _LEAN else data


def _about(entry: Withheld) -> bytes:
    lane = entry.lane.encode()
    return _LENGTH.pack(len(lane)) + lane + os.fsencode(entry.path) if lane else b""


def _told(piece: bytes) -> Withheld:
    at = _DIGEST + _LENGTH.size
    end = at + (_LENGTH.unpack_from(piece, _DIGEST)[0] if len(piece) > at else len(piece))
    if end > len(piece):
        raise Damaged("a withheld operation does not say what it was about")
    try:
        return Withheld(piece[:_DIGEST], piece[at:end].decode(), os.fsdecode(piece[end:]))
    except UnicodeDecodeError as error:
        raise Damaged("a withheld operation is of a lane with no name") from error


def _chain_problems(segment: Segment) -> list[str]:
    """Whether each whole entry is one, in its place, and holds the digest before."""
    before = segment.before
    for number, entry in enumerate(segment.entries, segment.first):
        if not isinstance(entry, Withheld):
            try:
                link = op.decode(entry)
            except Damaged as error:
                return [f"operation {number} is damaged: {error}"]
            if (link.actor, link.seq) != (segment.actor, number):
                return [f"operation {number} is another one's"]
            if link.before != before:
                return [f"operation {number} does not follow the one before it"]
        before = digest(entry)
    return [] if segment.entries else ["it holds no operation"]


def _root(digests: Iterable[bytes]) -> bytes:
    return digest_of(b"".join(digests))


def _checksum(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST, person=b"anvcs-seg").digest()

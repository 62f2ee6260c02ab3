"""One operation of the journal, and its form in bytes: what is hashed, chained and sent.

An actor's operations are a chain: each holds the digest of the one before, so that a gap, a
change and two histories under one name are all seen. docs/formats/journal.md has the layout.
"""

from enum import IntEnum, IntFlag
import hashlib
import os
import struct
from typing import NamedTuple

VERSION = 1
NOTHING = bytes(32)  # the digest before an actor's first operation

_FIXED = struct.Struct(">BBBBIQQQQ32s")
_LENGTH = struct.Struct(">I")


class Damaged(ValueError):
    """These bytes are no operation, or not the one they say they are."""


class Kind(IntEnum):
    """What happened; the numbers are in files and never change."""

    EDIT = 1  # a text: the payload is what changed, as a Yjs update
    BLOB = 2  # any other content, kept under its digest
    DELETE = 3  # nothing is there, though HEAD has it or we knew it
    CLEAN = 4  # the file is as HEAD has it
    GIT = 5  # HEAD or refs moved; the payload says which
    MARK = 6  # a moment with a name: an undo, a restore, a flush before a command
    CLAIM = 7  # whose earlier operations of its chain are; the payload says which


class Flag(IntFlag):
    """What else is known of a change."""

    LOST = 1  # what was there is gone, and not by an edit
    BY_GIT = 2  # Git wrote it, nobody edited
    CRLF = 4  # the lines of the text end with CR LF on disk
    NOT_KEPT = 8  # too large, or unreadable: told of, and not to be had back
    PRIVATE = 16  # of a file that Git ignores: it never leaves this machine
    THINNED = 1 << 14  # in no file: something happened then, and what it was is not kept any more
    COSMETIC = 32  # the text says the same in another form: a formatter's work, nobody's writing


class Precision(IntEnum):
    """How near an operation is to what was typed."""

    SAVE = 1  # between two saves that were both seen
    OBSERVED = 2  # found later; there may have been more between


class Op(NamedTuple):
    """What happened to one path of one lane, or to the whole of it.

    lane: the worktree, as `store.spool.worktree_of` names it
    time: milliseconds since the epoch << 16 | counter, never less than the actor's last
    path: from the top of the worktree; empty for GIT, MARK and CLAIM
    doc, base: the document of a text and the blob at HEAD it began as (empty: none)
    mode, size, digest: of the file as it stands now on disk; SHA-256 of its bytes
    by: who did it, as a record names a session; empty when nobody says
    client: the Yjs client that made the update
    """

    kind: Kind
    lane: str
    time: int
    path: str = ""
    doc: bytes = b""
    base: str = ""
    mode: int = 0
    size: int = 0
    digest: bytes = b""
    flags: Flag = Flag(0)
    precision: Precision = Precision.SAVE
    by: str = ""
    client: int = 0
    payload: bytes = b""

    @property
    def differs(self) -> bool:
        """Whether the path is not as HEAD has it."""
        return bool(self.base) if self.kind is Kind.DELETE else self.kind is not Kind.CLEAN

    @property
    def seconds(self) -> float:
        """When, in seconds since the epoch."""
        return (self.time >> 16) / 1000


def encode(op: Op, actor: bytes, seq: int, before: bytes) -> bytes:
    """The bytes of an operation: fixed fields, then texts with their lengths. Big-endian.

    actor: 16 bytes; seq: 1 for its first operation; before: the digest of the one before
    """
    numbers = (int(op.kind), int(op.flags), int(op.precision), op.mode, seq, op.time, op.size)
    fixed = _FIXED.pack(VERSION, *numbers, op.client, before)
    texts = (actor, op.lane.encode(), os.fsencode(op.path), op.doc, op.base.encode(), op.digest,
             op.by.encode(), op.payload)  # fmt: skip
    return fixed + b"".join(_LENGTH.pack(len(text)) + text for text in texts)


class Link(NamedTuple):
    """An operation with its place in its actor's chain."""

    op: Op
    actor: bytes
    seq: int
    before: bytes


def decode(data: bytes) -> Link:
    """What `encode` was given. Raises Damaged."""
    try:
        version, kind, flags, precision, mode, seq, time, size, client, before = _FIXED.unpack_from(
            data
        )
        texts = _texts(data, _FIXED.size)
        actor, lane, path, doc, base, digest, by, payload = texts
        if version != VERSION:
            raise Damaged(f"version {version} of an operation is not known")
        op = Op(
            Kind(kind), lane.decode(), time, os.fsdecode(path), doc, base.decode(), mode, size,
            digest, Flag(flags), Precision(precision), by.decode(), client, payload,
        )  # fmt: skip
    except (struct.error, ValueError) as error:
        raise Damaged(str(error)) from error
    return Link(op, actor, seq, before)


class Place(NamedTuple):
    """Where an operation stands: its actor's chain, its number in it, the digest before."""

    actor: bytes
    seq: int
    before: bytes


# Of an encoded operation: up to its number, from there to the digest before, and behind its actor.
_SEQ_AT, _AFTER_SEQ, _BEFORE_AT, _AFTER_ACTOR = 8, 16, 40, 92


def without_place(encoded: bytes) -> bytes:
    """An encoded operation without what `with_place` puts back: most of it packs badly."""
    return encoded[:_SEQ_AT] + encoded[_AFTER_SEQ:_BEFORE_AT] + encoded[_AFTER_ACTOR:]


def with_place(cut: bytes, place: Place) -> bytes:
    """The encoded operation again."""
    middle = _SEQ_AT + _BEFORE_AT - _AFTER_SEQ
    actor = _LENGTH.pack(len(place.actor)) + place.actor
    seq = place.seq.to_bytes(8, "big")
    return b"".join((cut[:_SEQ_AT], seq, cut[_SEQ_AT:middle], place.before, actor, cut[middle:]))


def without_digest(encoded: bytes) -> bytes:
    """The same operation as if the digest of its content were empty."""
    link = decode(encoded)
    return encode(link.op._replace(digest=b""), *link[1:])


def digest_of(encoded: bytes) -> bytes:
    """What the next operation of the chain holds: BLAKE2b-256 (RFC 7693)."""
    return hashlib.blake2b(encoded, digest_size=32).digest()


def _texts(data: bytes, at: int) -> list[bytes]:
    found = []
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if at + length > len(data):
            raise Damaged("an operation is cut short")
        found.append(data[at : at + length])
        at += length
    return found

"""Git's index as bytes (gitformat-index(5)): read whole, patched in place; no I/O.

Versions 2, 3 and 4, SHA-1 and SHA-256. What is patched has a fixed width, so that everything else,
extensions that are unknown here included, stays byte for byte. Only the cache of trees has to
forget what another object id makes wrong. A split or a sparse index is refused.
"""

from collections.abc import Container, Iterable, Iterator
import hashlib
import os
import struct
from typing import NamedTuple

from git_anvcs.git import cache_tree

OID_SIZES = {"sha1": 20, "sha256": 32}

_HEADER = struct.Struct(">4sII")
_EXTENSION = struct.Struct(">4sI")
_TIMES, _OWNER = struct.Struct(">6I"), struct.Struct(">3I")  # the mode lies between them
_OWNER_AT, _OID_AT = 28, 40
_EXTENDED, _STAGE = 0x4000, 0x3000
_SKIP_WORKTREE, _INTENT_TO_ADD = 0x4000, 0x2000
_FOLDER = 0o040000
_WORD = 0xFFFFFFFF


class NotPatchable(Exception):
    """The index is damaged, or of a kind that only Git itself can change."""


class Stat(NamedTuple):
    """What Git keeps of a file's stat(2), each 32 bits."""

    ctime: int
    ctime_ns: int
    mtime: int
    mtime_ns: int
    dev: int
    ino: int
    uid: int
    gid: int
    size: int


# As after `git update-index --cacheinfo`: Git looks into the file before it says anything of it.
NEVER_LOOKED_AT = Stat(*[0] * 9)


class Entry(NamedTuple):
    """at: where it begins; oid: in hexadecimal digits; stage: 0 unless there is a conflict"""

    at: int
    path: bytes
    mode: int
    oid: str
    stage: int
    skip_worktree: bool
    intent_to_add: bool


class Extension(NamedTuple):
    name: bytes
    data: bytes


class Index(NamedTuple):
    """end: where the entries end; hashed: false where `index.skipHash` left the checksum out"""

    version: int
    entries: list[Entry]
    end: int
    extensions: list[Extension]
    hashed: bool


class Change(NamedTuple):
    """What an entry becomes, if it still has the object id `expected`; None: as it is."""

    path: str
    expected: str
    stat: Stat | None = None
    oid: str | None = None


class Patched(NamedTuple):
    """data: the new index, whole; applied: the paths whose entry was as expected"""

    data: bytes
    applied: frozenset[str]


def parse(data: bytes, object_format: str, only: Container[bytes] | None = None) -> Index:
    """The index. object_format: `sha1` or `sha256`; only: the entries of these paths

    Raises NotPatchable.
    """
    end = len(data) - OID_SIZES[object_format]
    if end < _HEADER.size:
        raise NotPatchable("the index is cut off")
    magic, version, count = _HEADER.unpack_from(data)
    if magic != b"DIRC" or version not in (2, 3, 4):
        raise NotPatchable("the index is of a version that is not known here")
    hashed = any(data[end:])
    if hashed and _digest(data[:end], object_format) != data[end:]:
        raise NotPatchable("the index is damaged: its checksum is wrong")
    try:
        facts = struct.Struct(f">24xI12x{OID_SIZES[object_format]}sH")
        entries, after = _entries(data, version, count, facts, only)
        extensions = list(_extensions(data, after, end))
    except (struct.error, ValueError, IndexError):
        raise NotPatchable("the index is damaged") from None
    _refuse_others(extensions)
    return Index(version, entries, after, extensions, hashed)


def stat_of(data: bytes, entry: Entry) -> Stat:
    """What the index knows of the file."""
    at = entry.at
    return Stat(*_TIMES.unpack_from(data, at), *_OWNER.unpack_from(data, at + _OWNER_AT))


def as_git_keeps(found: os.stat_result) -> Stat:
    """What Git would keep of it.

    A size that is a multiple of 4 GiB becomes 0, which makes every Git look into the file; what
    newer ones would keep instead (2.43), older ones would take for a change.
    """
    ctime, ctime_ns = divmod(found.st_ctime_ns, 10**9)
    mtime, mtime_ns = divmod(found.st_mtime_ns, 10**9)
    facts = (ctime, ctime_ns, mtime, mtime_ns, found.st_dev, found.st_ino)
    return Stat(*(n & _WORD for n in (*facts, found.st_uid, found.st_gid, found.st_size)))


def patched(data: bytes, object_format: str, changes: Iterable[Change]) -> Patched:
    """The index with these changes. Raises NotPatchable."""
    wanted = {os.fsencode(change.path): change for change in changes}
    index = parse(data, object_format, wanted)
    entries = bytearray(data[: index.end])
    applied, moved = set(), set()
    for entry in index.entries:
        change = wanted[entry.path]
        if entry.stage or entry.oid != change.expected:
            continue
        applied.add(change.path)
        if change.stat is not None:
            _TIMES.pack_into(entries, entry.at, *change.stat[:6])
            _OWNER.pack_into(entries, entry.at + _OWNER_AT, *change.stat[6:])
        if change.oid not in (None, entry.oid):
            oid = bytes.fromhex(change.oid or "")
            entries[entry.at + _OID_AT : entry.at + _OID_AT + len(oid)] = oid
            moved.add(entry.path)
    whole = bytes(entries) + _written(index.extensions, moved, object_format)
    checksum = _digest(whole, object_format) if index.hashed else bytes(OID_SIZES[object_format])
    return Patched(whole + checksum, frozenset(applied))


def _entries(
    data: bytes, version: int, count: int, facts: struct.Struct, only: Container[bytes] | None
) -> tuple[list[Entry], int]:
    """The entries, and where they end. Written for speed: there may be a million."""
    unpack, size, find = facts.unpack_from, facts.size, data.index
    at, path = _HEADER.size, b""
    found = []
    for _ in range(count):
        mode, oid, flags = unpack(data, at)
        here = name = at + size + (2 if flags & _EXTENDED else 0)
        if version == 4:
            dropped, name = _varint(data, here)
            end = find(b"\0", name)
            path = path[: len(path) - dropped] + data[name:end]
            after = end + 1
        else:
            end = find(b"\0", name)
            path = data[name:end]
            after = end + 8 - (end - at) % 8
        if mode == _FOLDER:
            raise NotPatchable("the index is sparse")
        if only is None or path in only:
            more = int.from_bytes(data[at + size : here], "big")
            skip, intent = bool(more & _SKIP_WORKTREE), bool(more & _INTENT_TO_ADD)
            stage = (flags & _STAGE) >> 12
            found.append(Entry(at, path, mode, oid.hex(), stage, skip, intent))
        at = after
    return found, at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number as Git writes offsets, and where it ends."""
    byte = data[at]
    value = byte & 127
    while byte & 128:
        at += 1
        byte = data[at]
        value = (value + 1 << 7) + (byte & 127)
    return value, at + 1


def _extensions(data: bytes, at: int, end: int) -> Iterator[Extension]:
    while at < end:
        name, size = _EXTENSION.unpack_from(data, at)
        at += _EXTENSION.size
        if at + size > end:
            raise ValueError
        yield Extension(name, data[at : at + size])
        at += size
    if at != end:
        raise ValueError


def _refuse_others(extensions: list[Extension]) -> None:
    """Capital letters begin the names of extensions that a reader may pass over."""
    names = {one.name for one in extensions}
    if b"link" in names:
        raise NotPatchable("the index is split")
    if b"sdir" in names:
        raise NotPatchable("the index is sparse")
    if not all(name[:1].isupper() for name in names):
        raise NotPatchable("the index has an extension that is not known here")


def _written(extensions: list[Extension], moved: set[bytes], object_format: str) -> bytes:
    written = bytearray()
    heads = b""  # what the extension EOIE has the digest of
    for name, data in extensions:
        kept = data
        if name == b"TREE" and moved:
            kept = cache_tree.without(data, moved, OID_SIZES[object_format])
        elif name == b"EOIE":
            kept = data[:4] + _digest(heads, object_format)
        heads += _EXTENSION.pack(name, len(kept))
        written += _EXTENSION.pack(name, len(kept)) + kept
    return bytes(written)


def _digest(data: bytes, object_format: str) -> bytes:
    return hashlib.new(object_format, data, usedforsecurity=False).digest()

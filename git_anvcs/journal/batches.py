"""The files of a mirror: operations in batches, the first texts of their documents, contents.

`ops/FIRST-LAST` holds the operations of these numbers: zstd of each encoded with its number for a
sequence number, after its length; then a checksum. `seeds/aa/DOC` is a document's first text as
the database has it, `contents/` is as in the journal. docs/formats/journal.md has it all.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
import hashlib
from pathlib import Path
import struct
from typing import NamedTuple

from git_anvcs.journal.op import NOTHING, Damaged, Op, decode, digest_of, encode
from git_anvcs.journal.salvage import Checkpoint, Known, Salvaged
from git_anvcs.journal.segment import LARGEST, SEAL_BYTES
from git_anvcs.journal.texts import SEED
from git_anvcs.store import atomic, zstd

_LENGTH = struct.Struct(">I")
_CHECKSUM = 32


class Batch(NamedTuple):
    """A file of operations, by the numbers in its name."""

    first: int
    last: int
    file: Path


class Mirrored(NamedTuple):
    """An operation in a mirror. begun: the operation after which its actor began (Journal.begun)"""

    n: int
    begun: int
    op: Op


def batches(place: Path) -> list[Batch]:
    """All of a mirror, in order; of two that tell of the same, a killed writer left the smaller."""
    found = []
    for file in (place / "ops").glob("*-*"):
        first, _, last = file.name.partition("-")
        if first.isdigit() and last.isdigit():
            found.append(Batch(int(first), int(last), file))
    found.sort(key=lambda one: (one.first, -one.last))
    return [one for index, one in enumerate(found) if not index or one.last > found[index - 1].last]


def add(place: Path, ops: Iterable[Mirrored]) -> None:
    """Write operations that follow those that are there; a small batch is grown.

    Seeds and contents are there already. Raises CannotWrite.
    """
    old = batches(place)
    last = old[-1] if old and old[-1].file.stat().st_size < SEAL_BYTES // 4 else None
    portion = list(read(last)) if last else []
    size = 0
    for one in ops:
        portion.append(one)
        size += len(one.op.payload) + 200
        if size >= SEAL_BYTES:
            _write(place, portion, last)
            last, portion, size = None, [], 0
    if portion and size:
        _write(place, portion, last)


def read(batch: Batch) -> Iterator[Mirrored]:
    """The operations of a batch; none of one that is damaged."""
    with suppress(OSError, Damaged, zstd.NotPacked, struct.error):
        data = batch.file.read_bytes()
        if _checksum(data[:-_CHECKSUM]) != data[-_CHECKSUM:]:
            return
        body, at = zstd.unpack(data[:-_CHECKSUM], LARGEST), 0
        while at < len(body):
            (length,) = _LENGTH.unpack_from(body, at)
            at += _LENGTH.size + length
            link = decode(body[at - length : at])
            yield Mirrored(link.seq, int.from_bytes(link.actor, "big"), link.op)


def rewrite(place: Path, batch: Batch, ops: Iterable[Mirrored]) -> None:
    """The batch holds only these from now on. Raises CannotWrite."""
    atomic.write(batch.file, _packed(list(ops)), mode=0o600)


def seed_file(place: Path, doc: bytes) -> Path:
    return place / "seeds" / doc.hex()[:2] / doc.hex()


def keep_state(place: Path, doc: bytes, lane: str, found: tuple[int, bytes]) -> None:
    """A document as it was after an operation, where what it was made of is not kept any more.

    found: number and state, as `Journal.checkpoint` has them. Raises CannotWrite.
    """
    n, state = found
    named = hashlib.blake2b(lane.encode(), digest_size=8).hexdigest()
    seed = seed_file(place, doc)
    file = seed.with_name(f"{seed.name}.{n}-{named}")
    if not file.exists():
        told = lane.encode()
        atomic.write(file, _LENGTH.pack(len(told)) + told + state, mode=0o600)


def forget_document(place: Path, doc: bytes) -> None:
    """Its first text and its states go. Raises OSError."""
    seed = seed_file(place, doc)
    for file in (seed, *seed.parent.glob(f"{seed.name}.*")):
        file.unlink(missing_ok=True)


def _states(place: Path, doc: bytes) -> Iterator[Checkpoint]:
    seed = seed_file(place, doc)
    for file in sorted(seed.parent.glob(f"{seed.name}.*-*")):
        n = file.name.partition(".")[2].partition("-")[0]
        with suppress(OSError, struct.error, UnicodeDecodeError):
            data = file.read_bytes()
            end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
            if n.isdigit():
                lane = data[_LENGTH.size : end].decode()
                yield Checkpoint(doc, lane, int(n), data[end:])


def recovered(place: Path) -> Salvaged:
    """All that is in a mirror, as a database can be made of it."""
    ops = [one for batch in batches(place) for one in read(batch)]
    known, ends = [], dict[int, tuple[int, bytes]]()
    for one in ops:
        seq, before = ends.get(one.begun, (0, NOTHING))
        actor = one.begun.to_bytes(16, "big")
        digest = digest_of(encode(one.op, actor, seq + 1, before))
        ends[one.begun] = seq + 1, digest
        known.append(Known(one.n, actor, seq + 1, digest, one.op))
    seeds = []
    for doc in {one.op.doc for one in ops if one.op.doc}:
        with suppress(OSError):
            seeds.append(Checkpoint(doc, SEED, 0, seed_file(place, doc).read_bytes()))
        seeds += _states(place, doc)
    begins = {begun.to_bytes(16, "big"): begun for begun in ends}
    return Salvaged(tuple(known), tuple(seeds), begins=begins)


def _write(place: Path, ops: list[Mirrored], instead: Batch | None) -> None:
    name = f"{ops[0].n:016}-{ops[-1].n:016}"
    atomic.write(place / "ops" / name, _packed(ops), mode=0o600)
    if instead and instead.file.name != name:
        with suppress(OSError):
            instead.file.unlink()


def _packed(ops: list[Mirrored]) -> bytes:
    encoded = (encode(one.op, one.begun.to_bytes(16, "big"), one.n, NOTHING) for one in ops)
    data = zstd.pack(b"".join(_LENGTH.pack(len(one)) + one for one in encoded))
    return data + _checksum(data)


def _checksum(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_CHECKSUM, person=b"anvcs-mirror").digest()

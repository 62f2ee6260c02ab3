"""Of which paths the newest text cannot be had of the operations that are left. Pure."""

from bisect import bisect_left
from collections import defaultdict
import hashlib
import zlib

from git_anvcs.journal import disk, foreign
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.salvage import Checkpoint, Known, Salvaged
from git_anvcs.journal.text import Document
from git_anvcs.journal.texts import SEED
from git_anvcs.journal.updates import NoUpdate


def lost_texts(found: Salvaged) -> tuple[str, ...]:
    """found: its operations are numbered"""
    states: dict[tuple[bytes, str], list[Checkpoint]] = defaultdict(list)
    for one in found.checkpoints:
        states[one.doc, one.lane].append(one)
    edits: dict[tuple[bytes, str], list[Known]] = defaultdict(list)
    for known in found.ops:
        if known.op.doc and known.op.payload:
            edits[known.op.doc, known.op.lane].append(known)
    starts = sorted(begins(found).values())
    lost = set()
    for (doc, lane), ops in edits.items():
        last = ops[-1]
        before = bisect_left(starts, last.n)
        begun = starts[before - 1] if before and not foreign.is_foreign(lane) else 0
        if last.op.kind is Kind.EDIT and not _is_exact(
            states[doc, SEED], states[doc, lane], [one for one in ops if one.n > begun]
        ):
            lost.add(last.op.path)
    return tuple(sorted(lost))


def begins(found: Salvaged) -> dict[bytes, int]:
    """The actors of this clone, each with the operation after which it began."""
    first: dict[bytes, int] = {}
    for known in found.ops:
        if not foreign.is_foreign(known.op.lane):
            first.setdefault(known.actor, known.n - 1)
    return {actor: min(n, found.begins.get(actor, n)) for actor, n in first.items()}


def _is_exact(seeds: list[Checkpoint], states: list[Checkpoint], ops: list[Known]) -> bool:
    """Whether the newest text is what its operation says it was."""
    last = ops[-1]
    own = [one for one in states if ops[0].n <= one.n <= last.n]
    begin = max(own, key=lambda one: one.n, default=seeds[0] if seeds else None)
    if begin is None:
        return False
    try:
        document = Document()
        later = [known.op.payload for known in ops if known.n > begin.n]
        document.apply([zlib.decompress(begin.state), *later])
    except (NoUpdate, zlib.error):
        return False
    data = disk.bytes_of(str(document), crlf=bool(last.op.flags & Flag.CRLF))
    return hashlib.sha256(data).digest() == last.op.digest

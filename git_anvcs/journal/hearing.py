"""Operations of other clones come into the journal, under lanes of their own, in their order.

A segment is taken when its signature holds and it goes on where the actor's chain ended here. One
that comes again adds nothing; one that leaves a gap, or tells another history of what is known, is
refused and told. What an operation says is only ever shown, but it may be hostile: whatever no
clone of ours would say counts as withheld.
"""

from collections.abc import Sequence
import os
import re
from typing import NamedTuple

from git_anvcs.journal import claims, disk, foreign, moves, segment, updates
from git_anvcs.journal.chains import Heard
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import NOTHING, Damaged, Kind, Op, decode
from git_anvcs.journal.segment import Segment, Withheld
from git_anvcs.journal.text import doc_id

_ACTOR, _DOC, _DIGEST = 16, 16, 32
_LARGEST = 1 << 62  # of numbers: what a database takes
_LONGEST_NAME, _LONGEST_PATH = 256, 4096
_LARGEST_UPDATE = 16 << 20
_LONGEST_TELLING, _MOST_RUNS = 1 << 20, 10_000
_MODES = (0, disk.FILE, disk.PROGRAM, disk.LINK)
_OID = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})?")


class Taken(NamedTuple):
    """entries: what is new in the journal; withheld: of the new operations, those only named

    refused: why nothing was taken; forked: because the actor has told another history before
    """

    entries: Sequence[Entry] = ()
    withheld: int = 0
    refused: str = ""
    forked: bool = False


def take(journal: Journal, found: Segment) -> Taken:
    """Take a segment of another clone, within `Journal.writing`; our own are none of ours to take.

    Whose key signed it is not judged here, only that it is the one that signed all before.
    """
    if len(found.actor) != _ACTOR or found.actor == journal.actor:
        return Taken(refused="it is of this clone")
    if not found.key:
        return Taken(refused="it is not signed")
    heard = journal.heard()
    known = heard.get(found.actor) or Heard(*_end(journal, found.actor), found.key)
    if wrong := _problem(journal, found, known):
        return wrong
    new = found.entries[known.seq + 1 - found.first :]
    if not new:
        return Taken()
    ops, withheld = _read(found, known.seq + 1, new)
    lane_of = _Lanes(found.actor, list(heard))
    named = [(seq, digest, op._replace(lane=lane_of(op.lane))) for seq, digest, op in ops]
    entries = journal.add_heard(found.actor, named)
    journal.know_heard(found.actor, Heard(found.end - 1, found.last, known.key))
    for _, _, op in named:
        if op.kind is Kind.GIT:
            refs = moves.unpack(op.payload).refs
            journal.know_refs(op.lane, {name: after for name, (_, after) in refs.items()})
    return Taken(entries, withheld)


def _end(journal: Journal, actor: bytes) -> tuple[int, bytes]:
    """Where a chain ends that was ours until this clone was copied from another, which goes on."""
    end = (0, NOTHING)
    if actor in journal.own_actors():
        for said in journal.chain(actor, 0):
            end = (said.seq, said.digest)
    return end


def _problem(journal: Journal, found: Segment, known: Heard) -> Taken | None:
    """Why it is not taken; None when it is."""
    if found.first > known.seq + 1:
        return Taken(refused=f"operations {known.seq + 1} to {found.first - 1} are missing")
    if found.key != known.key:
        return Taken(refused="it is signed by another key than what came before")
    if wrong := segment.problems(found):
        return Taken(refused=wrong[0])
    at = min(known.seq, found.end - 1)
    digest = known.digest if at == known.seq else journal.digest_at(found.actor, at)
    says = ([found.before, *found.digests])[at - found.first + 1]
    if digest is not None and digest != says:
        return Taken(refused=f"it tells another history before operation {at + 1}", forked=True)
    return None


def _read(
    found: Segment, first: int, new: Sequence[segment.Entry]
) -> tuple[list[tuple[int, bytes, Op]], int]:
    ops, withheld = [], 0
    for seq, entry in enumerate(new, first):
        op = None if isinstance(entry, Withheld) else _sound(entry)
        if op is None:
            withheld += 1
        else:
            ops.append((seq, segment.digest(entry), op))
    return ops, withheld


def _sound(entry: bytes) -> Op | None:
    """The operation, if a clone of ours may have said it."""
    try:
        op = decode(entry).op
        if op.payload and op.doc:
            updates.read(op.payload)
    except (Damaged, updates.NoUpdate):
        return None
    if not op.path and not _is_telling(op):
        return None
    numbers = max(op.time, op.size, op.client) < _LARGEST and op.mode in _MODES
    texts = _is_lane(op.lane) and _is_path(op) and len(op.by) <= _LONGEST_NAME
    ids = _OID.fullmatch(op.base) and len(op.digest) in (0, _DIGEST) and _is_doc(op)
    return op if numbers and texts and ids and len(op.payload) <= _LARGEST_UPDATE else None


def _is_lane(lane: str) -> bool:
    plain = lane.isprintable() and not foreign.is_foreign(lane)
    return plain and (lane == "." or lane.startswith("worktrees/")) and len(lane) <= _LONGEST_NAME


def _is_path(op: Op) -> bool:
    """Whether it may be written below a folder: it leads neither out of it nor into Git's own."""
    if not op.path:
        return op.kind > Kind.CLEAN
    steps = op.path.split("/")
    bad = any(step in ("", ".", "..") or step.lower() == ".git" for step in steps)
    return not bad and "\0" not in op.path and len(op.path) <= _LONGEST_PATH


def _is_telling(op: Op) -> bool:
    """Whether what it tells, of no path, is of a sane size and has names that can be kept."""
    if len(op.payload) > _LONGEST_TELLING:
        return False
    if op.kind is Kind.CLAIM:
        claim = claims.unpack(op.payload)
        runs = claim.of if claim else ()
        return len(runs) <= _MOST_RUNS and all(0 <= n < _LARGEST for run in runs for n in run)
    refs = moves.unpack(op.payload).refs if op.kind is Kind.GIT else {}
    try:
        named = all(os.fsencode(name) + os.fsencode(new) for name, (_, new) in refs.items())
    except UnicodeEncodeError:
        return False
    # They are asked Git for: none may look like an option.
    return named and not any(one.startswith("-") for pair in refs.values() for one in pair)


def _is_doc(op: Op) -> bool:
    return op.doc == doc_id(op.base, op.path) if op.doc else op.kind is not Kind.EDIT


class _Lanes:
    """What an actor's lanes are called here. known: all actors, in the order they came"""

    def __init__(self, actor: bytes, known: list[bytes]) -> None:
        earlier = known[: known.index(actor)] if actor in known else known
        self._actor = actor
        self._whole = any(other[:4] == actor[:4] for other in earlier)

    def __call__(self, lane: str) -> str:
        return foreign.name_of(self._actor, lane, whole=self._whole)

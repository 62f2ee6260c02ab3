"""What sealed segments hold besides: what was frozen, and what a damaged database lost. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
import zlib

from git_anvcs.journal import segment
from git_anvcs.journal.cold import digest_after
from git_anvcs.journal.op import Damaged, Op, decode
from git_anvcs.journal.salvage import Checkpoint, Gone, Known, Salvaged
from git_anvcs.journal.segment import Segment, Withheld
from git_anvcs.journal.text import Document
from git_anvcs.journal.texts import SEED
from git_anvcs.journal.updates import NoUpdate

_Edits = dict[tuple[bytes, str], list[Known]]


def with_segments(found: Salvaged, packed: Iterable[bytes]) -> Salvaged:
    """With the operations of these segments that it lacks; those that are damaged are left out.

    An operation gets the number it had; 0 where the table of segments is lost.
    """
    proved: dict[bytes, Known] = {}
    edits: _Edits = defaultdict(list)
    begins = {actor: n + 1 for actor, n in found.begins.items()}
    gone: dict[bytes, Gone] = {}
    unread: list[tuple[bytes, tuple[int, ...]]] = []
    for op in found.ops:
        edits[op.op.doc, op.op.lane].append(op)
        begins.setdefault(op.actor, op.n)
    rows = {one.digest for one in found.ops}
    for first, actor, _, data in _in_order(found, packed):
        numbers = found.segments.get(segment.header_of(data)[1].last, ())
        begins[actor] = min(first, begins.get(actor, first))
        replay = _Replay(found.checkpoints, edits, (begins[actor], first))
        try:
            one = segment.unpack(data, replay.digest)
        except (Damaged, NoUpdate, zlib.error):
            unread.append((data, numbers))
            continue
        if not segment.problems(one):
            for op in _ops(one, numbers):
                if op.digest not in proved and op.digest not in rows:
                    edits[op.op.doc, op.op.lane].append(op)
                proved.setdefault(op.digest, op)
            for lost in _gone(one, numbers):
                gone[lost.digest] = max(lost, gone.get(lost.digest, lost), key=_told)
    return _with_lost(_joined(found, proved, gone), unread)


def ends(packed: Iterable[bytes]) -> dict[int, set[bytes]]:
    """The digest of the last operation of each segment, by its sequence number; not checked."""
    found: dict[int, set[bytes]] = defaultdict(set)
    for data in packed:
        with suppress(Damaged):
            _, head = segment.header_of(data)
            found[head.first + head.size - 1].add(head.last)
    return found


def _joined(found: Salvaged, proved: dict[bytes, Known], withheld: dict[bytes, Gone]) -> Salvaged:
    """Of a row that is in a segment too, the segment says what it is: names may be guessed."""
    known = {*proved, *(row.digest for row in found.ops)}
    told = {(one.actor, one.seq): one for one in found.gone if one.digest not in known}
    for digest, gone in withheld.items():
        if digest not in known:
            place = gone.actor, gone.seq
            told[place] = gone._replace(n=gone.n or told.get(place, gone).n)
    seqs = {(one.actor, one.seq) for one in found.ops}
    ops, guessed = [], 0
    for row in found.ops:
        same = proved.pop(row.digest, None)
        guessed += same is not None and row.seq > 1 and (row.actor, row.seq - 1) not in seqs
        ops.append(same._replace(n=row.n) if same else row)
    ops = sorted((*ops, *proved.values()), key=lambda one: (one.n, one.op.time))
    return found._replace(
        ops=tuple(ops), lost=max(0, found.lost - len(proved)),
        unproved=max(0, found.unproved - guessed), gone=tuple(told.values()),
    )  # fmt: skip


def _in_order(found: Salvaged, packed: Iterable[bytes]) -> list[tuple[int, bytes, int, bytes]]:
    """Each after its first number here, its actor, and its first number there."""
    heads = []
    for data in packed:
        try:
            head, fields = segment.header_of(data)
        except Damaged:
            continue
        numbers = found.segments.get(fields.last, (0,))
        heads.append((numbers[0], head.actor, head.first, data))
    return sorted(heads)


def _ops(one: Segment, numbers: tuple[int, ...]) -> Iterable[Known]:
    for index, entry in enumerate(one.entries):
        if not isinstance(entry, Withheld):
            link = decode(entry)
            n = numbers[index] if len(numbers) == len(one.entries) else 0
            yield Known(n, link.actor, link.seq, segment.digest(entry), link.op)


def _with_lost(found: Salvaged, unread: Iterable[tuple[bytes, tuple[int, ...]]]) -> Salvaged:
    """With what segments that cannot be read are known to have held, and nothing else has."""
    here = {(one.actor, one.seq) for one in found.ops}
    here |= {(one.actor, one.seq) for one in found.gone}
    lost: dict[tuple[bytes, int], Gone] = {}
    for data, numbers in unread:
        _, head = segment.header_of(data)
        for index in range(head.size):
            place = (head.actor, head.first + index)
            if place not in here:
                n = numbers[index] if len(numbers) == head.size else 0
                lost[place] = Gone(n, *place, b"")
    return found._replace(gone=(*found.gone, *lost.values()), lost=max(found.lost, len(lost)))


def _told(one: Gone) -> bool:
    return bool(one.lane)


def _gone(one: Segment, numbers: tuple[int, ...]) -> Iterable[Gone]:
    for index, entry in enumerate(one.entries):
        if isinstance(entry, Withheld):
            n = numbers[index] if len(numbers) == len(one.entries) else 0
            yield Gone(n, one.actor, one.first + index, *entry)


class _Replay:
    """The texts of a segment's documents, where digests of them are left out.

    span: the first operation of its actor and its own first; what others said is not beneath it
    """

    def __init__(
        self, checkpoints: Iterable[Checkpoint], edits: _Edits, span: tuple[int, int]
    ) -> None:
        self._edits, (self._begun, self._first) = edits, span
        self._states: dict[tuple[bytes, str], Checkpoint] = {}
        for one in checkpoints:
            held = self._states.get((one.doc, one.lane))
            is_own = one.lane == SEED or one.n >= self._begun
            if is_own and one.n < max(self._first, 1) and (held is None or held.n < one.n):
                self._states[one.doc, one.lane] = one
        self._open: dict[tuple[bytes, str], Document] = {}

    def digest(self, op: Op, left_out: bool) -> bytes:
        """Of the file after the operation. Raises Damaged."""
        if not op.doc:
            return op.digest
        key = (op.doc, op.lane)
        if key not in self._open:
            self._open[key] = self._before(*key)
        if op.payload:
            self._open[key].apply([op.payload])
        return digest_after(self._open[key], op) if left_out else op.digest

    def _before(self, doc: bytes, lane: str) -> Document:
        """As it was before the segment."""
        state = self._states.get((doc, lane)) or self._states.get((doc, SEED))
        at = max(state.n if state else 0, self._begun - 1)
        before = (one for one in self._edits[doc, lane] if at < one.n < self._first)
        payloads = [one.op.payload for one in sorted(before) if one.op.payload]
        document = Document()
        document.apply([*([zlib.decompress(state.state)] if state else []), *payloads])
        return document

"""What can be believed of the rows of a damaged journal: those whose digest is in the chain.

Every operation's digest covers all of it and the digest before, so that a row is right or seen to
be wrong, wherever it was found. One whose predecessor is gone cannot be proved; it counts, and is
counted: what it says a file held is compared with a digest of its own whenever it is asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
import os
from typing import Any, NamedTuple
import zlib

from git_anvcs.journal import foreign
from git_anvcs.journal.cold import DROPPED
from git_anvcs.journal.numbers import numbers_of
from git_anvcs.journal.op import NOTHING, Flag, Kind, Op, Precision, digest_of, encode
from git_anvcs.store.pages import Record, Value

_OP_VALUES = 18
_ACTOR_BYTES, _DOC_BYTES, _DIGEST_BYTES = 16, 16, 32


class Known(NamedTuple):
    """An operation with its place. n: its number in the clone, 0 where nobody knows"""

    n: int
    actor: bytes
    seq: int
    digest: bytes
    op: Op


class Checkpoint(NamedTuple):
    doc: bytes
    lane: str
    n: int
    state: bytes


class Gone(NamedTuple):
    """An operation that is not here, as its segment or the database tells of it.

    n: as of `Known`; digest: empty where nobody knows it
    lane, path: what it was about; lane: empty where nobody says
    """

    n: int
    actor: bytes
    seq: int
    digest: bytes
    lane: str = ""
    path: str = ""


class Mark(NamedTuple):
    """Between these numbers, both counted, operations of the path are gone (table `thinned`)."""

    lane: str
    path: str
    first: int
    last: int


class Salvaged(NamedTuple):
    """ops: in the order of their numbers; roots: lane -> its worktree

    claims: n -> who made it, as was said afterwards
    segments: digest of a segment's last operation -> the numbers of its operations
    heard: another clone's actor -> up to where it was heard, as the table has it
    let_go: digest of a content that was given up for the limit -> its row
    begins: the actors of this clone of which more is known than `ops` tell: after which operation
        each began
    lost: how many operations are known to have been there besides
    unproved: how many of `ops` follow one that is lost
    gone: operations that were thinned, dropped or purged
    marks: where the database told that some are gone
    dropped: first and last number of each dropped segment; paths: all that were ever known
    """

    ops: tuple[Known, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    roots: Mapping[str, bytes] = {}
    claims: Mapping[int, str] = {}
    heard: Mapping[bytes, tuple[Value, ...]] = {}
    let_go: Mapping[bytes, tuple[int, int]] = {}
    segments: Mapping[bytes, tuple[int, ...]] = {}
    begins: Mapping[bytes, int] = {}
    lost: int = 0
    unproved: int = 0
    gone: tuple[Gone, ...] = ()
    marks: tuple[Mark, ...] = ()
    dropped: tuple[tuple[int, int], ...] = ()
    paths: frozenset[str] = frozenset()


class _Found:
    """The rows of a file by their table, which shows in their form alone."""

    def __init__(self, records: Iterable[Record]) -> None:
        # actor's number, sequence number -> states of the row, each with its n
        self.ops: dict[tuple[int, int], dict[tuple[Any, ...], None]] = defaultdict(dict)
        # Actors and paths look alike: number -> what either may be called.
        self.names: dict[int, dict[bytes, None]] = defaultdict(dict)
        # Of these, what rows of the tables say, which look like nothing else.
        self.rows: dict[int, dict[bytes, None]] = defaultdict(dict)
        self.lanes: dict[int, dict[str, bytes]] = defaultdict(dict)
        self.checkpoints: dict[tuple[bytes, int, int], bytes] = {}
        self.guessed: dict[int, dict[str, bytes]] = defaultdict(dict)
        self.claims: dict[int, str] = {}
        self.heard: dict[int, tuple[Value, ...]] = {}
        self.let_go: dict[bytes, tuple[int, int]] = {}
        self.segments: dict[bytes, tuple[int, ...]] = {}
        self.begins: dict[int, int] = {}
        # first number of a dropped segment -> its last
        self.dropped: dict[int, int] = {}
        # lane, path, first number -> last, as the table of what is gone has them
        self.marks: dict[tuple[int, int, int], int] = {}
        # actor's number, sequence number -> digest, number of an operation that is gone
        self.gone: dict[tuple[int, int], tuple[bytes, int]] = {}
        # sequence number -> digests of the last operations of segments
        self.ends: dict[int, set[bytes]] = defaultdict(set)
        self.frozen = 0
        self.actor = b""
        self.numbers: set[int] = set()
        for record in records:
            self._add(record)
        for number, names in self.guessed.items():
            if number not in self.lanes:
                self.lanes[number] = names

    def _add(self, record: Record) -> None:
        if record.number is not None:
            self._add_row(record.number, record.values)
        else:
            self._add_entry(record.values)

    def _add_pair(self, number: int, values: tuple[Value, ...]) -> None:
        """A name, whose an operation is, or after which one an actor of this clone began."""
        match values:
            case (None, bytes(name)):
                self.names[number][name] = self.rows[number][name] = None
            case (None, str(author)):
                self.claims[number] = author
            case (None, int(begun)):
                self.begins[number] = min(begun, self.begins.get(number, begun))
            case _:
                pass

    def _add_row(self, number: int, values: tuple[Value, ...]) -> None:
        if len(values) == 2:
            self._add_pair(number, values)
        match values:
            case (None, int(actor), int(seq), bytes(), *rest) if len(rest) == _OP_VALUES - 4:
                self.ops[actor, seq][(number, *values[3:])] = None
            case (None, str(name), bytes(root)):
                self.lanes[number][name] = root
            case (None, int(), bytes(), bytes()):
                self.heard[number] = values[1:]
            case (None, int(actor), int(seq), int(count), bytes(), int(), bytes(), bytes(end),
                  int(first), int(last), bytes(packed), int(), int(), int(state)):  # fmt: skip
                self.ends[seq + count - 1].add(end)
                if state == DROPPED:
                    self.dropped[first] = last
                self.segments[end] = tuple(numbers_of(first, count, packed))
                self.frozen = max(self.frozen, last if state else 0)
                self.begins[actor] = min(first - 1, self.begins.get(actor, first - 1))
            case _:
                pass

    def _add_entry(self, values: tuple[Value, ...]) -> None:
        """Of an index, or of a table without rowids."""
        if len(values) == 4:
            self._add_gap(values)
        match values:
            case (bytes(name), int(number)):  # what makes sure that names differ
                self.names[number].setdefault(name)
            case (str(name), int(number)):
                self.guessed[number][name] = b""
            case ("actor", bytes(name)):
                self.actor = name
            case (bytes(digest), int(size), int(since)) if len(digest) == _DIGEST_BYTES:
                self.let_go[digest] = size, since
            case (int(), int() | None, int(n)):  # every index of operations ends so
                self.numbers.add(n)
            case (bytes(doc), int(lane), int(n), bytes(state)) if _is_state(doc, state):
                self.checkpoints[doc, lane, n] = state
            case _:
                pass

    def _add_gap(self, values: tuple[Value, ...]) -> None:
        """What is gone, and the digest of it that the next operation of its chain holds."""
        match values:
            case (int(lane), int(path), int(first), int(last)):
                # An index of operations ends so, too, with one number twice.
                key = lane, path, first
                self.marks[key] = max(last, self.marks.get(key, last))
            case (int(actor), int(seq), bytes(digest), int(n)) if len(digest) in (0, _DIGEST_BYTES):
                self.gone[actor, seq] = digest, n
                self.ends[seq].update([digest] if digest else [])
            case _:
                pass


def salvaged(records: Iterable[Record], ends: Mapping[int, Collection[bytes]] = {}) -> Salvaged:
    """What is right of these rows.

    ends: digests of operations that are not among them, as segments tell, by their sequence number
    """
    found = _Found(records)
    for seq, digests in ends.items():
        found.ends[seq].update(digests)
    by_actor: dict[int, list[int]] = defaultdict(list)
    for actor, seq in found.ops:
        by_actor[actor].append(seq)
    ops: dict[int, Known] = {}
    unproved, names = 0, {}
    for number, seqs in by_actor.items():
        chain = _Chain(found, number)
        for known in chain.walk(sorted(seqs)):
            ops.setdefault(known.n, known)
            names[number] = known.actor
        unproved += chain.unproved
    lost = sum(n > found.frozen for n in found.numbers - ops.keys())
    lanes = {number: next(iter(names)) for number, names in found.lanes.items()}
    checkpoints = (
        Checkpoint(doc, lanes[lane], n, state)
        for (doc, lane, n), state in found.checkpoints.items()
        if lane in lanes
    )
    roots = {name: root for names in found.lanes.values() for name, root in names.items() if name}
    ordered = tuple(ops[n] for n in sorted(ops))
    claims = {n: author for n, author in found.claims.items() if n in ops}
    begins = {names[number]: n for number, n in found.begins.items() if number in names}
    actors = {found.actor, *names.values()}
    paths = {number: [name for name in found.rows.get(number, some) if name not in actors]
             for number, some in found.names.items()}  # fmt: skip
    heard = {names[number]: row for number, row in found.heard.items() if number in names}
    return Salvaged(
        ordered,
        tuple(checkpoints),
        roots,
        claims,
        heard,
        found.let_go,
        found.segments,
        begins,
        lost,
        unproved,
        tuple(_gone(found, names)),
        tuple(_marks(found, paths)),
        tuple(sorted(found.dropped.items())),
        frozenset(os.fsdecode(name) for some in paths.values() for name in some),
    )


def _gone(found: _Found, names: Mapping[int, bytes]) -> Iterator[Gone]:
    for (number, seq), (digest, n) in found.gone.items():
        if number in names and digest:
            yield Gone(n, names[number], seq, digest)


def _marks(found: _Found, paths: Mapping[int, Collection[bytes]]) -> Iterator[Mark]:
    """A path of several names, one of which it has, is marked under all of them."""
    for (number, path, first), last in found.marks.items():
        for lane in found.lanes.get(number, ()):
            yield from (Mark(lane, os.fsdecode(name), first, last) for name in paths.get(path, ()))


class _Chain:
    """The operations of one actor, each compared with the one before it."""

    def __init__(self, found: _Found, actor: int) -> None:
        self._found = found
        names = found.names.get(actor, {})
        self._actors = [name for name in (*names, found.actor) if len(name) == _ACTOR_BYTES]
        self._number = actor
        self.unproved = 0

    def walk(self, seqs: list[int]) -> Iterator[Known]:
        befores, after = [NOTHING], 0
        for seq in seqs:
            gap = seq != after + 1
            after = seq
            states = list(self._found.ops[self._number, seq])
            told = list(self._found.ends.get(seq - 1, ())) if gap else befores
            known, befores = self._judged(seq, states, told)
            if gap and told and known is None:
                known, befores = self._judged(seq, states, [])
            if known is not None:
                yield known

    def _judged(
        self, seq: int, states: list[tuple[Any, ...]], befores: list[bytes]
    ) -> tuple[Known | None, list[bytes]]:
        """The operation, if one of its states is right, and what the next may hold as before."""
        guesses: list[tuple[Known, bytes]] = []
        for state in states:
            for actor, op in self._readings(state):
                said = op._replace(lane=foreign.said(op.lane))
                for before in befores:
                    digest = digest_of(encode(said, actor, seq, before))
                    if digest == state[1]:
                        self._actors = [actor]
                        return Known(state[0], actor, seq, digest, op), [digest]
                if not befores:
                    guesses.append((Known(state[0], actor, seq, state[1], op), state[1]))
        told = [state[1] for state in states if len(state[1]) == _DIGEST_BYTES]
        if len(guesses) == 1 or (guesses and len(states) == 1):
            self.unproved += 1
            return guesses[0][0], told
        return None, told

    def _readings(self, state: tuple[Any, ...]) -> Iterator[tuple[bytes, Op]]:
        """Whose operation it may be, and which: the names are known by number, not by table."""
        paths: list[bytes] = [b""]
        if state[5] is not None:
            named = self._found.names.get(state[5], {})
            rows = self._found.rows.get(state[5], {})
            paths = sorted(named, key=lambda name: (
                name in self._actors, name not in rows, len(name) == _ACTOR_BYTES))  # fmt: skip
        for lane in self._found.lanes.get(state[3], {}):
            for path in paths:
                op = _op(state, lane, path)
                if op:
                    yield from ((actor, op) for actor in self._actors)


def _op(state: tuple[Any, ...], lane: str, path: bytes) -> Op | None:
    (_, _, kind, _, time, _, doc, base, mode, size, digest, flags, precision, by, client,
     payload) = state  # fmt: skip
    try:
        return Op(
            Kind(kind), lane, int(time), os.fsdecode(path), bytes(doc or b""), str(base), int(mode),
            int(size), bytes(digest), Flag(flags), Precision(precision), str(by), int(client),
            bytes(payload),
        )  # fmt: skip
    except (ValueError, TypeError):
        return None


def _is_state(doc: bytes, state: bytes) -> bool:
    """Whether it is a document's state as it was written: zlib adds a checksum."""
    try:
        zlib.decompress(state)
    except zlib.error:
        return False
    return len(doc) == _DOC_BYTES

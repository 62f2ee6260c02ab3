"""Texts of the journal at any of its operations: the newest checkpoint and what came after it."""

from collections import OrderedDict
from collections.abc import Callable
import os
from typing import NamedTuple
import zlib

from git_anvcs.journal import foreign, text
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.replica import Replica
from git_anvcs.journal.text import Document
from git_anvcs.journal.updates import NoUpdate
from git_anvcs.store import database

CHECKPOINT_OPS = 4096
CHECKPOINT_BYTES = 256 << 10

# The lane of a document's first text, which all lanes share.
SEED = ""

_MOST_OPEN = 256


class _Open(NamedTuple):
    """A document as it is after operation `n`, and how much came since its last checkpoint.

    begun: it is made of what came after this operation
    """

    document: Document
    n: int
    ops: int
    bytes: int
    begun: int


class Texts:
    """The documents of one journal; those of the newest operations stay open."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # Of this process: each replica, a document in a lane, edits under an id that comes of it.
        self._secret = os.urandom(16)
        self._open: OrderedDict[tuple[bytes, str], _Open] = OrderedDict()

    def knows(self, doc: bytes) -> bool:
        """Whether the document has its first text."""
        return self._journal.checkpoint(doc, SEED, 0) is not None

    def begin(self, doc: bytes, first: str) -> None:
        """Give a document its first text, within `Journal.writing`."""
        self._journal.keep_checkpoint(doc, SEED, 0, zlib.compress(text.seed(doc, first), 6))

    def first(self, doc: bytes) -> str:
        """The text it began with. Raises Damaged (store.database)."""
        found = self._journal.checkpoint(doc, SEED, 0)
        document = Document()
        try:
            document.apply([_unpacked(found[1])] if found else [])
        except NoUpdate as error:
            raise database.damaged(self._journal.file) from error
        return str(document)

    def newest(self, doc: bytes, lane: str) -> Document:
        """The document as the lane has it, within `Journal.writing`: to be edited.

        Raises Damaged (store.database).
        """
        n = self._journal.last()
        held = self._open.pop((doc, lane), None)
        begun = self._journal.begun(n + 1)
        if held and held.begun != begun:
            held = None
        try:
            held = self._forward(held, doc, lane, n) if held else self._load(doc, lane, n, begun)
        except NoUpdate as error:
            raise database.damaged(self._journal.file) from error
        self._open[doc, lane] = held
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return held.document

    def forget(self) -> None:
        """Nothing stays open: what was edited in memory was not written down, so that its clients
        have said what others will never hear, and may say nothing more.
        """
        self._open.clear()
        self._secret = os.urandom(16)

    def at(self, doc: bytes, lane: str, n: int) -> str:
        """The text after operation `n`. Raises NoUpdate when that is damaged."""
        if foreign.is_foreign(lane):
            return self._heard(doc, lane, n)
        return str(self._load(doc, lane, n, self._journal.begun(n)).document)

    def _heard(self, doc: bytes, lane: str, n: int) -> str:
        """Of another clone: what it keeps to itself leaves gaps, and behind one nothing is fed."""
        replica = Replica()
        found = self._journal.checkpoint(doc, SEED, n)
        replica.take(b"", [_unpacked(found[1])] if found else [])
        replica.take(lane.encode(), self._journal.updates_heard(doc, lane, n))
        return str(replica.document)

    def follow(self, doc: bytes, lane: str) -> Callable[[int], str]:
        """The text after an operation; to be asked of one after the other, in their order."""
        held: _Open | None = None

        def at(n: int) -> str:
            nonlocal held
            if foreign.is_foreign(lane):
                return self._heard(doc, lane, n)
            begun = self._journal.begun(n)
            # Of what was thinned, updates are gone, and the states that stay are whole.
            known = held and self._journal.is_thinned() and self._journal.checkpoint(doc, lane, n)
            if held is None or held.begun != begun or (known and known[0] > held.n):
                held = self._load(doc, lane, n, begun)
            held = self._forward(held, doc, lane, n)
            return str(held.document)

        return at

    def before(self, doc: bytes, lane: str, n: int) -> Document:
        """The document that operation `n` changed, for updates to be applied; never edited."""
        begun = 0 if foreign.is_foreign(lane) else self._journal.begun(n)
        return self._load(doc, lane, n - 1, begun).document

    def written(self, entry: Entry) -> None:
        """The newest edit of a document became this operation; within `Journal.writing`."""
        doc, lane, n = entry.op.doc, entry.op.lane, entry.n
        held = self._open.get((doc, lane))
        if held is None:  # so many were edited at once that it was closed again
            return
        size = held.bytes + len(entry.op.payload)
        held = held._replace(n=n, ops=held.ops + 1, bytes=size)
        if held.ops >= CHECKPOINT_OPS or held.bytes >= CHECKPOINT_BYTES:
            state = zlib.compress(held.document.whole(), 6)
            self._journal.keep_checkpoint(doc, lane, n, state)
            held = held._replace(ops=0, bytes=0)
        self._open[doc, lane] = held

    def _load(self, doc: bytes, lane: str, n: int, begun: int) -> _Open:
        """As after operation `n`, made of what came after `begun`: see `Journal.begun`."""
        found = self._journal.checkpoint(doc, lane, n)
        if found is None or found[0] <= begun:
            found = self._journal.checkpoint(doc, SEED, n)
        at, state = found or (0, zlib.compress(text.seed(doc, "")))
        document = Document(text.new_client(self._secret, doc, lane))
        document.apply([_unpacked(state)])
        return self._forward(_Open(document, max(at, begun), 0, 0, begun), doc, lane, n)

    def _forward(self, held: _Open, doc: bytes, lane: str, n: int) -> _Open:
        if held.n >= n:
            return held
        updates = list(self._journal.updates(doc, lane, held.n, n))
        held.document.apply(updates)
        size = sum(map(len, updates))
        return held._replace(n=n, ops=held.ops + len(updates), bytes=held.bytes + size)


def _unpacked(state: bytes) -> bytes:
    """Raises NoUpdate."""
    try:
        return zlib.decompress(state)
    except zlib.error as error:
        raise NoUpdate(str(error)) from error

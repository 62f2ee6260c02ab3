"""Churn as the journal tells it: every version of every text that was edited, one after another."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git import objects
from git_anvcs.journal import clock, disk
from git_anvcs.journal.churn import Line, Tally, Text
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.text import Document, doc_id
from git_anvcs.journal.texts import SEED

_PAGE = 5000
_NOBODY = Flag.BY_GIT | Flag.LOST
# What puts back what was there before: nobody wrote it.
_BACK = ("undo", "restore")


class _Open(NamedTuple):
    """A text that is followed. document: of `doc`, at the version of `text`; digest: on disk"""

    text: Text
    doc: bytes
    document: Document | None
    digest: bytes


def count(here: Opened, tally: Tally, since: float) -> None:
    """Tell the tally of every lane's edits from a moment on (seconds since the epoch)."""
    for lane in here.journal.lanes():
        lines = _Lane(here, lane, tally)
        for look in _looks(here, lane, since):
            lines.take(look)


def _looks(here: Opened, lane: str, since: float) -> Iterator[list[Entry]]:
    """The operations of a lane, those of one look together, in order."""

    def entries() -> Iterator[Entry]:
        after, last = here.journal.last_before(lane, clock.at(since)), here.journal.last()
        while after < last:
            upto = min(after + _PAGE, last)
            yield from here.journal.between(lane, after, upto)
            after = upto

    for _, group in groupby(entries(), key=lambda entry: entry.op.time >> 16):
        yield list(group)


class _Lane:
    """The texts of one lane while its history is read."""

    def __init__(self, here: Opened, lane: str, tally: Tally) -> None:
        self._here, self._lane, self._tally = here, lane, tally
        self._open: dict[str, _Open] = {}
        self._actor_since = 0  # see Journal.begun

    def take(self, look: Sequence[Entry]) -> None:
        """One look; what it deleted first, for a file that was renamed is told as two."""
        self._heed_actor(look[0].n)
        gone = {}
        for entry in look:
            if entry.op.kind is Kind.DELETE and (held := self._open.pop(entry.op.path, None)):
                gone[held.digest] = held
        for entry in look:
            match entry.op.kind:
                case Kind.EDIT:
                    if entry.op.digest in gone and entry.op.path not in self._open:
                        moved = gone.pop(entry.op.digest)
                        self._open[entry.op.path] = moved._replace(doc=b"", document=None)
                    self._edit(entry)
                case Kind.CLEAN:
                    self._clean(entry)
                case Kind.BLOB:
                    self._open.pop(entry.op.path, None)

    def _heed_actor(self, n: int) -> None:
        """A new actor says everything anew, and builds on no earlier operation."""
        since = self._here.journal.begun(n)
        if since != self._actor_since:
            self._open = {path: held._replace(document=None) for path, held in self._open.items()}
            self._actor_since = since

    def _edit(self, entry: Entry) -> None:
        op = entry.op
        held = self._open.get(op.path)
        if held is None or held.doc != op.doc or held.document is None:
            held = self._begun(entry, held)
        document = held.document
        assert document is not None  # noqa: S101 - `_begun` opens it
        payload = self._here.journal.payload(entry.n)
        if payload:
            document.apply([payload])
        nobody = bool(op.flags & _NOBODY) or entry.by in _BACK
        by = None if nobody else Line(entry.by, self._lane, op.path, op.seconds)
        form = bool(op.flags & Flag.COSMETIC)
        come, went = held.text.step(str(document), by, form=form)
        if by:
            self._tally.wrote(by, come)
            self._tally.rewrote(went, by)
        self._open[op.path] = held._replace(digest=op.digest)

    def _begun(self, entry: Entry, held: _Open | None) -> _Open:
        """Another document: of a path that was followed, the text goes on from what was on disk."""
        op = entry.op
        document = self._here.texts.before(op.doc, self._lane, entry.n)
        return _Open(held.text if held else Text(str(document)), op.doc, document, op.digest)

    def _clean(self, entry: Entry) -> None:
        """As HEAD has it: what was committed, or something else that Git wrote."""
        op = entry.op
        held = self._open.get(op.path)
        if held is None:
            return
        if op.digest != held.digest:
            text = self._first(op.base, op.path)
            if text is None:
                self._open.pop(op.path)
                return
            held.text.step(text, None)
        self._open[op.path] = held._replace(doc=b"", document=None, digest=op.digest)

    def _first(self, base: str, path: str) -> str | None:
        """The text of a blob at HEAD, as the journal or Git has it."""
        doc = doc_id(base, path)
        if self._here.journal.checkpoint(doc, SEED, 0) is not None:
            return self._here.texts.first(doc)
        [found] = objects.read(self._here.repo, [base], env=objects.NO_FETCH) if base else [None]
        text = disk.text_of(found.data) if found and found.kind == "blob" else None
        return text[0] if text else None

"""What a path held after each of its operations, in order."""

from collections.abc import Callable, Iterator
import hashlib
from typing import NamedTuple

from git_anvcs.journal import disk
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.history import Content
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.journal.texts import Texts
from git_anvcs.store import contents


class State(NamedTuple):
    """What a path holds. mode: as Git has it, 0 for nothing; text: with LF, None for other data"""

    mode: int = 0
    text: str | None = None
    crlf: bool = False
    data: bytes = b""

    @property
    def content(self) -> Content | None:
        """As it lies on the disk; None for nothing."""
        if not self.mode:
            return None
        if self.text is None:
            return Content(self.mode, self.data)
        return Content(self.mode, disk.bytes_of(self.text, crlf=self.crlf))


ABSENT = State()


def state_of(content: Content | None) -> State:
    if content is None:
        return ABSENT
    found = disk.text_of(content.data) if content.mode != disk.LINK else None
    if found is None:
        return State(content.mode, data=content.data)
    return State(content.mode, *found)


class Version(NamedTuple):
    """state: None when it is not to be had; entry: None for what Git changed unseen, between two"""

    entry: Entry | None
    state: State | None


# The content of a blob as a checkout would write it to the path; None when Git does not have it.
AtHead = Callable[[str, str, int], Content | None]


class Versions:
    """The versions of paths of one lane."""

    def __init__(self, journal: Journal, texts: Texts, lane: str, at_head: AtHead) -> None:
        self._journal, self._texts, self._lane = journal, texts, lane
        self._at_head = at_head

    def of(self, path: str, first: State | None, after: int) -> Iterator[Version]:
        """Those behind operation `after`. first: what the path held then"""
        walk = _Walk(self._journal, self._texts, self._at_head, first)
        before = self._journal.last_of(self._lane, path, after)
        base = before.op.base if before else None
        clean = before is None or before.op.kind is Kind.CLEAN
        for entry in self._journal.of_path(self._lane, path, after):
            if clean and base is not None and entry.op.base != base:
                yield Version(None, walk.at_base(entry))
            yield Version(entry, walk.step(entry))
            base, clean = entry.op.base, entry.op.kind is Kind.CLEAN


class _Walk:
    """From one operation of a path to the next."""

    def __init__(
        self, journal: Journal, texts: Texts, at_head: AtHead, first: State | None
    ) -> None:
        self._journal, self._texts, self._at_head = journal, texts, at_head
        self._followed: dict[bytes, Callable[[int], str]] = {}
        self._seen: dict[bytes, State] = {}
        if first and first.content:
            self._seen[hashlib.sha256(first.content.data).digest()] = first

    def at_base(self, entry: Entry) -> State | None:
        """What HEAD had when it was made."""
        op = entry.op
        if not op.base:
            return ABSENT
        return _of(self._at_head(op.path, op.base, op.mode))

    def step(self, entry: Entry) -> State | None:
        op = entry.op
        if op.kind is Kind.DELETE:
            return ABSENT
        if op.kind is Kind.EDIT:
            found = self._edited(entry)
        elif op.kind is Kind.BLOB:
            kept = not op.flags & Flag.NOT_KEPT
            data = contents.get(self._journal.contents, op.digest) if kept else None
            found = None if data is None else State(op.mode, data=data)
        else:
            known = self._seen.get(op.digest)
            found = known._replace(mode=op.mode) if known else self._checked(op)
        if found:
            self._seen[op.digest] = found
        return found

    def _edited(self, entry: Entry) -> State | None:
        op = entry.op
        followed = self._followed.get(op.doc)
        if followed is None:
            followed = self._followed[op.doc] = self._texts.follow(op.doc, op.lane)
        found = State(op.mode, followed(entry.n), bool(op.flags & Flag.CRLF))
        return found if _digest(found) == op.digest else None

    def _checked(self, op: Op) -> State | None:
        found = _of(self._at_head(op.path, op.base, op.mode))
        return found if found and _digest(found) == op.digest else None


def _digest(state: State) -> bytes:
    return hashlib.sha256(state.content.data if state.content else b"").digest()


def _of(content: Content | None) -> State | None:
    return None if content is None else state_of(content)

"""Bursts of destruction: what was lost within seconds counts as one, and is taken back as one."""

from collections.abc import Iterable, Iterator, Sequence
import json
from typing import NamedTuple

from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Flag, Kind

# `git reset --hard && git clean -fdx` are two commands and one disaster. When somebody worked on
# in between, they are two.
APART_SECONDS = 5.0
APART_AFTER_EDITS = 1.0
_EDITS = (Kind.EDIT, Kind.BLOB)


class Span(NamedTuple):
    """The operations after number `after`, up to `upto`."""

    after: int
    upto: int

    def holds(self, n: int) -> bool:
        return self.after < n <= self.upto


class Undone(NamedTuple):
    """What a MARK of an undo tells: the span it took back, and what that itself changed.

    n: the number of the mark
    """

    span: Span
    own: Span
    n: int = 0


def found_in(newest_first: Iterable[Entry], undone: Sequence[Undone] = ()) -> Iterator[Span]:
    """The bursts that were not taken back yet, the newest first."""
    left_out = [span for mark in _in_force(undone) for span in (mark.span, mark.own)]
    burst: _Burst | None = None
    beside: Entry | None = None  # the newest operation of the look that is being read
    for entry in newest_first:
        if any(span.holds(entry.n) for span in left_out):
            continue
        beside = beside if beside and _together(entry, beside) else entry
        if burst and burst.first.op.seconds - entry.op.seconds > burst.apart:
            yield burst.span
            burst = None
        if entry.op.flags & Flag.LOST:
            burst = _Burst(entry, burst.last if burst else beside, APART_SECONDS)
        elif burst and entry.op.flags & Flag.BY_GIT and _together(entry, burst.first):
            burst = burst._replace(first=entry)  # what took it away
        elif burst and entry.op.kind in _EDITS and not entry.op.flags & Flag.BY_GIT:
            burst = burst._replace(apart=APART_AFTER_EDITS)
    if burst:
        yield burst.span


class _Burst(NamedTuple):
    """What is known of it while it is read. apart: how many seconds earlier a loss belongs to it"""

    first: Entry
    last: Entry
    apart: float

    @property
    def span(self) -> Span:
        return Span(self.first.n - 1, self.last.n)


def _together(one: Entry, other: Entry) -> bool:
    """Whether one look found both."""
    return one.op.time >> 16 == other.op.time >> 16


def _in_force(undone: Sequence[Undone]) -> list[Undone]:
    """The undos that were not taken back themselves, the newest first."""
    found: list[Undone] = []
    for mark in sorted(undone, key=lambda mark: mark.n, reverse=True):
        if not any(later.span.holds(mark.n) for later in found):
            found.append(mark)
    return found


def pack(undone: Undone) -> bytes:
    """The payload of a MARK of an undo."""
    return json.dumps({"undo": list(undone.span), "own": list(undone.own)}).encode()


def unpack(n: int, payload: bytes) -> Undone | None:
    """What the MARK with this number tells; None when it tells of no undo."""
    try:
        facts = json.loads(payload)
        return Undone(Span(*facts["undo"]), Span(*facts["own"]), n)
    except (ValueError, KeyError, TypeError):
        return None

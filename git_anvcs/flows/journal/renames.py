"""Which files a session gave another name: one gone, one made, in one look and much the same."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows.journal.followed import Followed
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Kind
from git_anvcs.journal.versions import ABSENT, State

# As much of the lines must be the same, of the larger of the two.
_ALIKE = 0.5


class Rename(NamedTuple):
    """at: the operation that made the new one; gone: the one that deleted the old one"""

    old: str
    new: str
    at: int
    gone: int


def found(followed: Followed, done: Sequence[Entry]) -> list[Rename]:
    """The renames among a session's operations of one lane; each name in one of them at most."""
    gone: dict[int, list[Entry]] = {}
    made: dict[str, Entry] = {}
    for entry in done:
        if entry.op.kind is Kind.DELETE:
            gone.setdefault(entry.op.time >> 16, []).append(entry)
        elif entry.op.kind in (Kind.EDIT, Kind.BLOB):
            known = made.get(entry.op.path)
            made[entry.op.path] = entry if known is None or entry.n < known.n else known
    renames = []
    for new in sorted(made.values(), key=lambda entry: entry.n):
        beside = gone.get(new.op.time >> 16, [])
        if beside and followed.first(new.op.path, new.n) == ABSENT:
            held = _after(followed, new)
            shares = [(_alike(followed.first(one.op.path, one.n), held), one) for one in beside]
            share, old = max(shares, key=lambda pair: pair[0])
            if share >= _ALIKE:
                renames.append(Rename(old.op.path, new.op.path, new.n, old.n))
                beside.remove(old)
    return renames


def _after(followed: Followed, entry: Entry) -> State | None:
    for version in followed.of(entry.op.path, entry.n):
        if version.entry is not None:
            return version.state
    return None


def _alike(old: State | None, new: State | None) -> float:
    """How much of one is in the other, from 0 to 1."""
    if not old or not new or not old.mode or (old.text is None) != (new.text is None):
        return 0.0
    if old.text is None or new.text is None:
        return float(old.data == new.data)
    if old.text == new.text:
        return 1.0 if old.text else 0.0
    sides = [Counter(text.splitlines()) for text in (old.text, new.text)]
    most = max(side.total() for side in sides)
    return (sides[0] & sides[1]).total() / most if most else 0.0

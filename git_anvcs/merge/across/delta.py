"""What one side did to the files of a tree, as the words of its lines."""

from collections.abc import Iterable, Sequence
import re
from typing import NamedTuple

WORD = re.compile(rb"[^\W\d]\w*")


class Delta(NamedTuple):
    """A file before and after; None where it is not there. The names differ after a rename."""

    old_path: str
    path: str
    before: bytes | None
    after: bytes | None

    @property
    def added(self) -> list[bytes]:
        return beyond(self.after, self.before)

    @property
    def removed(self) -> list[bytes]:
        return beyond(self.before, self.after)


def beyond(text: bytes | None, other: bytes | None) -> list[bytes]:
    """The lines of a text that another one has nowhere."""
    if text is None:
        return []
    known = set(other.split(b"\n")) if other else set()
    return [line for line in text.split(b"\n") if line not in known]


def words(lines: Iterable[bytes]) -> set[bytes]:
    return set(WORD.findall(b"\n".join(lines)))


class Words(NamedTuple):
    """The words of a side's added lines; those of removed lines that no added line has."""

    new: set[bytes]
    gone: set[bytes]


def words_of(deltas: Sequence[Delta]) -> Words:
    added = words(line for one in deltas for line in one.added)
    return Words(added, words(line for one in deltas for line in one.removed) - added)

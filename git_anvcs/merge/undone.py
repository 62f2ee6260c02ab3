"""Whether a change undoes an earlier one without saying so: the stale-content check of one path.

Work that was begun from an old version of a file, or written from an old copy, brings that version
back. Pure: changes are the lines they add and remove.
"""

from collections.abc import Sequence
import re
from typing import NamedTuple

from git_anvcs.merge.conserve import telling

_LEAST = 3  # lines that say something; fewer come and go for many reasons
_SAID = re.compile(
    r"(?i)\b(?:revert|undo|undid|unrevert|back(?:ed|s|ing)?[ -]?out|roll(?:ed|s|ing)?[ -]?back"
    r"|restor|re-?introduc|reinstat|re-?appl|re-?add|re-?enabl|bring(?:s|ing)? back|brought back"
    r"|put(?:s|ting)? back|downgrad|go(?:es|ing)? back|previous|old version|reset)"
)
_REMOVES = re.compile(r"(?i)\b(?:remov|delet|drop|clean|simplif|unpin)")


class Change(NamedTuple):
    """What one commit did to one path: blob ids (zeros: none), lines it removed and added."""

    before: str
    after: str
    removed: Sequence[bytes]
    added: Sequence[bytes]


def declared(message: str) -> bool:
    """Whether a message says that something old is brought back on purpose."""
    return _SAID.search(message) is not None


def removes(message: str) -> bool:
    """Whether a message says that something is taken away."""
    return _REMOVES.search(message) is not None


def undoes(later: Change, earlier: Change) -> bool:
    """Whether `later` takes back all that `earlier` did to the file.

    Either the file is again exactly what it was before; or, beside other changes, every line that
    `earlier` added is removed and every line that it removed is there again.
    """
    gained, lost = _told(earlier)
    if len(gained) + len(lost) < _LEAST:
        return False
    if later.after == earlier.before and later.after.strip("0"):
        return True
    now_gained, now_lost = _told(later)
    return bool(gained) and bool(lost) and gained <= now_lost and lost <= now_gained


def only_removes(later: Change, earlier: Change) -> bool:
    """Whether nothing old comes back: what `earlier` added is removed, and that is all."""
    return not _told(earlier)[1] and not _told(later)[0]


def taken_back(later: Change, earlier: Change) -> list[bytes]:
    """The lines of `earlier` that `later` removes."""
    gained, _ = _told(earlier)
    return [line for line in later.removed if line.strip() in gained]


def _told(change: Change) -> tuple[set[bytes], set[bytes]]:
    """Lines that a change really added and removed; one that only moved is neither."""
    added, removed = _telling(change.added), _telling(change.removed)
    return added - removed, removed - added


def _telling(lines: Sequence[bytes]) -> set[bytes]:
    return {line for line in map(bytes.strip, lines) if telling(line)}

"""Line ranges in writing, `1-10,15`, as the Git AI Standard and our attestations have them."""

from collections.abc import Iterable, Sequence
import re
from typing import NamedTuple

# Ten digits: enough for any file, and for the 32 bits that others count lines with.
_NUMBER = r"[1-9][0-9]{0,9}"
_TEXT = re.compile(rf"{_NUMBER}(?:-{_NUMBER})?(?:,{_NUMBER}(?:-{_NUMBER})?)*+")

# Taking ranges out of one another costs their product; nobody overlaps so many in earnest.
_MOST_CONTENDED = 2000


class TooMany(ValueError):
    """More overlapping ranges than anybody writes in earnest."""


class Range(NamedTuple):
    """Lines `first` to `last`, both counted from 1 and both in it."""

    first: int
    last: int


def pairs(said: object) -> list[tuple[int, int]] | None:
    """First and last line of each range, in the text's order; None when it is no such text.

    Plain pairs, because blame reads very many.
    """
    if not isinstance(said, str) or not _TEXT.fullmatch(said):
        return None
    found = []
    for part in said.split(","):
        first, _, last = part.partition("-")
        start = int(first)
        end = int(last) if last else start
        if end < start:
            return None
        found.append((start, end))
    return found


def read(said: str) -> list[Range]:
    """The ranges in a text that is some, in its order; none when it is no such text."""
    return [Range(first, last) for first, last in pairs(said) or ()]


def of_numbers(numbers: Iterable[int]) -> str:
    """The text for these line numbers; empty for none."""
    found: list[Range] = []
    for number in sorted(numbers):
        if found and found[-1].last == number - 1:
            found[-1] = Range(found[-1].first, number)
        else:
            found.append(Range(number, number))
    return write(found)


def write(told: Sequence[Range]) -> str:
    return ",".join(str(r.first) if r.first == r.last else f"{r.first}-{r.last}" for r in told)


def in_order(said: str) -> str:
    """The same ranges, ascending; the text itself when they are."""
    told = read(said)
    return said if told == sorted(told) else write(sorted(told))


def last_wins(entries: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Key to ranges of one file, from entries of which the later ones win where they overlap.

    Texts that nothing contends stay as they are. Raises TooMany.
    """
    texts: dict[str, str] = {}
    for key, said in entries:
        texts[key] = f"{texts[key]},{said}" if key in texts else said
    if len(texts) < 2 or not _contended(entries):
        return texts
    if sum(said.count(",") + 1 for _, said in entries) > _MOST_CONTENDED:
        raise TooMany(f"more than {_MOST_CONTENDED:,} ranges of one file that overlap")
    left: dict[str, list[Range]] = {}
    taken: list[Range] = []
    for key, said in reversed(entries):
        for told in read(said):
            left.setdefault(key, []).extend(_without(told, taken))
        taken += read(said)
    return {key: write(sorted(left[key])) for key in texts if left.get(key)}


def _contended(entries: Sequence[tuple[str, str]]) -> bool:
    """Whether two different keys claim one line: one sweep over all ranges by their start."""
    furthest, owner, of_others = 0, "", 0
    for first, last, key in sorted((*r, key) for key, said in entries for r in read(said)):
        if first <= (of_others if key == owner else furthest):
            return True
        if key != owner:
            of_others, owner = furthest, key
        furthest = max(furthest, last)
    return False


def _without(told: Range, taken: Sequence[Range]) -> list[Range]:
    """What is left of a range when others are taken out of it."""
    left = [told]
    for other in taken:
        left = [part for r in left for part in _two_parts(r, other) if part.first <= part.last]
    return left


def _two_parts(told: Range, other: Range) -> tuple[Range, Range]:
    """What stands before the other range, and what behind it; either may be empty."""
    if other.last < told.first or told.last < other.first:
        return told, Range(1, 0)
    return Range(told.first, other.first - 1), Range(other.last + 1, told.last)

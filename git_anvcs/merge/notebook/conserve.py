"""Whether every source line of either side is in the merged notebook, and none is there twice.

By lines, and by words where lines were merged into one. Each count is made twice: from mere
numbers, and from a diff; the smaller claim holds. Numbers alone mistake a change that both sides
made, beside a removal by one, for a loss; a diff alone mistakes a move for a loss.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
import re

from git_anvcs.kernel.diff import changes
from git_anvcs.merge.checks import bounds

WORD = re.compile(r"\w+")
Line = tuple[str, str]  # the type of its cell, its text without white space around it


Three = Sequence[Sequence[Line]]  # the lines of base, ours and theirs; empty where it is absent


def conserved(parts: Sequence[Three], readings: Sequence[Sequence[Line]]) -> bool:
    """parts: the three versions, as a whole or cell by cell; readings: of the whole result, as
    each side reads."""
    due, most = summed(parts)
    there = at_most(readings)
    short = [line for line, number in due.items() if there[line] < number]
    much = [] if len(readings) > 1 else [line for line in there if there[line] > most[line]]
    if not short and not much:
        return True
    words_due, words_most = summed([[words(side) for side in part] for part in parts])
    said = at_most([words(one) for one in readings])
    lost = any(said[word] < words_due[word] for line in short for word in words([line]))
    back = any(said[word] > words_most[word] for line in much for word in words([line]))
    return not lost and not back


def kept(parts: Sequence[Three], readings: Sequence[Sequence[Line]]) -> bool:
    """Whether each thing is in the result as often as it must be."""
    due, _most = summed(parts)
    said = at_most(readings)
    return all(said[one] >= number for one, number in due.items())


def summed(parts: Sequence[Three]) -> tuple[Counter[Line], Counter[Line]]:
    """What the parts claim, together."""
    due: Counter[Line] = Counter()
    most: Counter[Line] = Counter()
    for base, ours, theirs in parts:
        least, greatest = claims(base, ours, theirs)
        due.update(least)
        most.update(greatest)
    return due, most


def claims(
    base: Sequence[Line], ours: Sequence[Line], theirs: Sequence[Line]
) -> tuple[Counter[Line], Counter[Line]]:
    """How often each thing must at least be there, and may at most."""
    (added, removed), (added_too, removed_too) = moves(base, ours), moves(base, theirs)
    had, has, has_too = Counter(base), Counter(ours), Counter(theirs)
    least: Counter[Line] = Counter()
    most: Counter[Line] = Counter()
    for thing in had | has | has_too:
        down, up = bounds(had[thing], has[thing], has_too[thing])
        left = max(had[thing] - removed[thing] - removed_too[thing], 0)
        least[thing] = min(down, left + max(added[thing], added_too[thing]))
        still = had[thing] - max(removed[thing], removed_too[thing])
        # A new cell may hold lines of one that the other side deleted: its side's count stands.
        most[thing] = max(up, still + added[thing] + added_too[thing], has[thing], has_too[thing])
    return least, most


def moves(base: Sequence[Line], side: Sequence[Line]) -> tuple[Counter[Line], Counter[Line]]:
    """What the side added and what it removed."""
    added: Counter[Line] = Counter()
    removed: Counter[Line] = Counter()
    for change in changes(base, side):
        removed.update(base[change.a0 : change.a1])
        added.update(side[change.b0 : change.b1])
    return added, removed


def words(lines: Iterable[Line]) -> list[Line]:
    return [(kind, word) for kind, text in lines for word in WORD.findall(text)]


def at_most(readings: Sequence[Sequence[Line]]) -> Counter[Line]:
    total: Counter[Line] = Counter()
    for reading in readings:
        total |= Counter(reading)
    return total

"""Where two lists are alike: by the diff of the standard library, cut first where they are long.

That diff takes time by the square of what repeats, as brackets on lines of their own do. Between
things that stand once in both lists and in one order it can be done piece by piece.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import pairwise

SHORT = 2000  # items; the standard library takes that in one piece


def matching(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[Match]:
    """The stretches that are equal, in their order; the last one is empty, at the end of both."""
    ends = (len(one), len(two))
    if max(ends) <= SHORT:
        return list(SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks())
    cuts = [(0, 0), *anchors(one, two), ends]
    return [
        Match(a + block.a, b + block.b, block.size)
        for (a, b), (end_a, end_b) in pairwise(cuts)
        for block in piece(one[a:end_a], two[b:end_b])
    ] + [Match(*ends, 0)]


def piece(one: Sequence[Hashable], two: Sequence[Hashable]) -> Iterator[Match]:
    """The stretches of one piece; most begin with all that they have in common."""
    if one == two:
        yield Match(0, 0, len(one))
        return
    for block in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks():
        if block.size:
            yield block


def anchors(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The places of the longest row of things that stand once in both, in the order of both."""
    counts = Counter(one), Counter(two)
    place = {item: at for at, item in enumerate(two) if counts[1][item] == 1}
    both = [(at, place[x]) for at, x in enumerate(one) if counts[0][x] == 1 and x in place]
    ends: list[int] = []  # the least end of a row so long
    rows: list[int] = []  # which pair that is
    before: list[int] = []  # the pair in front of each in its row
    for number, (_at, there) in enumerate(both):
        length = bisect_left(ends, there)
        before.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [there]
        rows[length : length + 1] = [number]
    found = []
    number = rows[-1] if rows else -1
    while number >= 0:
        found.append(both[number])
        number = before[number]
    return found[::-1]

"""Which runs of one sequence were replaced by which runs of another.

Myers' algorithm in linear space, with the two habits of Git's xdiff that decide what a merge looks
like: elements that the other side does not have are set aside first, and a run of changes slides
to line up with changes of the other side, else as far down as it goes. Work is bounded: a box that
costs too much is cut at elements that are unique on both sides, and past a budget it counts as
replaced as a whole.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from typing import NamedTuple

CUT_AT = 256  # differences walked in one box before it is cut at unique elements
BUDGET = 400_000  # diagonal steps in one diff, about a fifth of a second of Python


class Change(NamedTuple):
    """`a[a0:a1]` became `b[b0:b1]`; either may be empty, never both."""

    a0: int
    a1: int
    b0: int
    b1: int


class Box(NamedTuple):
    a0: int
    a1: int
    b0: int
    b1: int


def changes(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Change]:
    """The changes that make `b` of `a`, in order, with at least one equal element between."""
    number: dict[Hashable, int] = {}
    left = [number.setdefault(item, len(number)) for item in a]
    right = [number.setdefault(item, len(number)) for item in b]
    touched_left, touched_right = mark(left, right)
    slide(left, touched_left, touched_right)
    slide(right, touched_right, touched_left)
    return collect(touched_left, touched_right)


def same(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The places in both of what the changes leave alone."""
    found: list[tuple[int, int]] = []
    left = right = 0
    ends = [(change.a0, change.a1, change.b1) for change in changes(a, b)]
    for start, a1, b1 in [*ends, (len(a), len(a), len(b))]:
        found += zip(range(left, start), range(right, right + start - left), strict=True)
        left, right = a1, b1
    return found


def mark(left: list[int], right: list[int]) -> tuple[bytearray, bytearray]:
    """One byte an element: 1 where it has no partner on the other side."""
    touched = bytearray(len(left)), bytearray(len(right))
    box = trimmed(left, right, Box(0, len(left), 0, len(right)))
    in_left, in_right = set(left), set(right)
    kept_left = [i for i in range(box.a0, box.a1) if left[i] in in_right]
    kept_right = [i for i in range(box.b0, box.b1) if right[i] in in_left]
    touched[0][box.a0 : box.a1] = b"\1" * (box.a1 - box.a0)
    touched[1][box.b0 : box.b1] = b"\1" * (box.b1 - box.b0)
    walk = Walk([left[i] for i in kept_left], [right[i] for i in kept_right])
    for i, j in walk.pairs():
        touched[0][kept_left[i]] = 0
        touched[1][kept_right[j]] = 0
    return touched


def trimmed(a: list[int], b: list[int], box: Box) -> Box:
    """The box without the equal elements at its begin and end."""
    a0, a1, b0, b1 = box
    while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
        a0 += 1
        b0 += 1
    while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
        a1 -= 1
        b1 -= 1
    return Box(a0, a1, b0, b1)


class Walk:
    """One diff under way: the two sequences, the frontiers of both searches, the budget left."""

    def __init__(self, a: list[int], b: list[int]) -> None:
        self.a, self.b = a, b
        self.forward = [0] * (len(a) + len(b) + 3)
        self.backward = [0] * (len(a) + len(b) + 3)
        self.zero = len(b) + 1
        self.budget = BUDGET

    def pairs(self) -> list[tuple[int, int]]:
        """Positions of equal elements, rising on both sides."""
        found: list[tuple[int, int]] = []
        todo = [Box(0, len(self.a), 0, len(self.b))]
        while todo:
            box = todo.pop()
            inner = trimmed(self.a, self.b, box)
            found.extend(zip(range(box.a0, inner.a0), range(box.b0, inner.b0), strict=True))
            found.extend(zip(range(inner.a1, box.a1), range(inner.b1, box.b1), strict=True))
            if inner.a0 < inner.a1 and inner.b0 < inner.b1 and self.budget > 0:
                todo.extend(self.parts(inner))
        return found

    def parts(self, box: Box) -> list[Box]:
        """The box cut in two by Myers' middle, or at its unique elements when that is dear."""
        point = self.middle(box)
        cuts = [point] if point else anchors(self.a, self.b, box) or [self.furthest(box)]
        parts = []
        x, y = box.a0, box.b0
        for cut_x, cut_y in [*cuts, (box.a1, box.b1)]:
            parts.append(Box(x, cut_x, y, cut_y))
            x, y = cut_x, cut_y
        return parts

    def middle(self, box: Box) -> tuple[int, int] | None:
        """A point on a shortest path, where the search from the end meets that from the begin."""
        start, end = box.a0 - box.b0, box.a1 - box.b1
        self.forward[self.zero + start] = box.a0
        self.backward[self.zero + end] = box.a1
        ahead, behind = (start, start), (end, end)
        odd = bool((start - end) & 1)
        for _cost in range(CUT_AT):
            ahead = widened(self.forward, self.zero, ahead, box, -1)
            meet = self.step_forward(box, ahead, behind if odd else None)
            if meet:
                return meet
            behind = widened(self.backward, self.zero, behind, box, box.a1 + 1)
            meet = self.step_backward(box, behind, None if odd else ahead)
            if meet:
                return meet
            self.budget -= ahead[1] - ahead[0] + 2
        return None

    def step_forward(
        self, box: Box, span: tuple[int, int], other: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        a, b, reach, zero = self.a, self.b, self.forward, self.zero
        for d in range(span[1], span[0] - 1, -2):
            below, above = reach[zero + d - 1], reach[zero + d + 1]
            x = below + 1 if below >= above else above
            y = x - d
            while x < box.a1 and y < box.b1 and a[x] == b[y]:
                x += 1
                y += 1
            reach[zero + d] = x
            if other and other[0] <= d <= other[1] and self.backward[zero + d] <= x:
                return x, y
        return None

    def step_backward(
        self, box: Box, span: tuple[int, int], other: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        a, b, reach, zero = self.a, self.b, self.backward, self.zero
        for d in range(span[1], span[0] - 1, -2):
            below, above = reach[zero + d - 1], reach[zero + d + 1]
            x = below if below < above else above - 1
            y = x - d
            while x > box.a0 and y > box.b0 and a[x - 1] == b[y - 1]:
                x -= 1
                y -= 1
            reach[zero + d] = x
            if other and other[0] <= d <= other[1] and x <= self.forward[zero + d]:
                return x, y
        return None

    def furthest(self, box: Box) -> tuple[int, int]:
        """Where the forward search came furthest; every search moves, so the box shrinks."""
        best = box.a0, box.b0
        start = box.a0 - box.b0
        for d in range(max(start - CUT_AT, box.a0 - box.b1), min(start + CUT_AT, box.a1 - box.b0)):
            x = min(self.forward[self.zero + d], box.a1)
            y = x - d
            if box.b0 <= y <= box.b1 and box.a0 <= x and x + y > sum(best):
                best = x, y
        if best in ((box.a0, box.b0), (box.a1, box.b1)):
            return (box.a0 + box.a1) // 2, (box.b0 + box.b1) // 2
        return best


def widened(
    reach: list[int], zero: int, span: tuple[int, int], box: Box, never: int
) -> tuple[int, int]:
    """The span of diagonals one step further, kept inside the box; edges hold `never`."""
    low, high = span
    if low > box.a0 - box.b1:
        low -= 1
        reach[zero + low - 1] = never
    else:
        low += 1
    if high < box.a1 - box.b0:
        high += 1
        reach[zero + high + 1] = never
    else:
        high -= 1
    return low, high


def anchors(a: list[int], b: list[int], box: Box) -> list[tuple[int, int]]:
    """Elements unique on both sides, the longest rising run of them (patience)."""
    places_a, places_b = unique(a, box.a0, box.a1), unique(b, box.b0, box.b1)
    pairs = [(x, places_b[item]) for item, x in places_a.items() if item in places_b]
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_x, y) in enumerate(pairs):
        pile = bisect_left(tops, y)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [y]
        piles[pile : pile + 1] = [index]
    chain = []
    index = piles[-1] if piles else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def unique(items: list[int], begin: int, end: int) -> dict[int, int]:
    """Element to its place, in order, for those that stand there once."""
    places: dict[int, int] = {}
    twice = set()
    for place in range(begin, end):
        if items[place] in places:
            twice.add(items[place])
        places[items[place]] = place
    return {item: place for item, place in places.items() if item not in twice}


def slide(items: list[int], touched: bytearray, other: bytearray) -> None:
    """Move each run of touched elements to where the other side changed too, else to its end.

    A run may move by one when the element that leaves equals the one that joins. Runs that meet
    become one. `kept` counts the untouched elements before a run: it finds the run's counterpart.
    """
    rests = [place for place, flag in enumerate(other) if not flag]
    gaps = Gaps(rests, len(other))
    start = touched.find(1)
    kept = start
    while start >= 0:
        end, kept = settle(items, touched, start, kept, gaps)
        following = touched.find(1, end)
        kept += following - end
        start = following


class Gaps(NamedTuple):
    """Where the other side changed: the places of its untouched elements, and how many it has."""

    rests: list[int]
    size: int

    def touched(self, kept: int) -> bool:
        """Whether the other side changed something after its `kept` untouched elements."""
        begin = self.rests[kept - 1] + 1 if kept else 0
        end = self.rests[kept] if kept < len(self.rests) else self.size
        return end > begin


def settle(
    items: list[int], touched: bytearray, start: int, kept: int, other: Gaps
) -> tuple[int, int]:
    """Slide the run at `start`; its end afterwards and the untouched elements before that end."""
    end = run_end(touched, start)
    size = -1
    highest, lined_up = end, -1
    while size != end - start:
        size = end - start
        start, end, kept = slide_up(items, touched, start, end, kept)
        highest = end
        lined_up = end if other.touched(kept) else -1
        while end < len(items) and items[start] == items[end]:
            touched[start], touched[end] = 0, 1
            start, end, kept = start + 1, run_end(touched, end), kept + 1
            if other.touched(kept):
                lined_up = end
    if end != highest and lined_up >= 0:
        while not other.touched(kept):
            start, end, kept = start - 1, end - 1, kept - 1
            touched[start], touched[end] = 1, 0
    return end, kept


def slide_up(
    items: list[int], touched: bytearray, start: int, end: int, kept: int
) -> tuple[int, int, int]:
    while start > 0 and items[start - 1] == items[end - 1]:
        start, end, kept = start - 1, end - 1, kept - 1
        touched[start], touched[end] = 1, 0
        while start > 0 and touched[start - 1]:
            start -= 1
    return start, end, kept


def run_end(touched: bytearray, start: int) -> int:
    end = touched.find(0, start)
    return len(touched) if end < 0 else end


def collect(left: bytearray, right: bytearray) -> list[Change]:
    """The changes that two arrays of touched elements describe."""
    found: list[Change] = []
    i = j = 0
    while True:
        next_i, next_j = left.find(1, i), right.find(1, j)
        if next_i < 0 and next_j < 0:
            return found
        steps = min(place - at for place, at in ((next_i, i), (next_j, j)) if place >= 0)
        i, j = i + steps, j + steps
        end_i = run_end(left, i) if i < len(left) else i
        end_j = run_end(right, j) if j < len(right) else j
        found.append(Change(i, end_i, j, end_j))
        i, j = end_i, end_j

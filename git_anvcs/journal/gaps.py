"""Where a salvaged journal has gaps: operations that were thinned, dropped or purged. Pure.

A moment in a gap is not answered with the state before it: `marks` says which paths that concerns.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from git_anvcs.journal import foreign
from git_anvcs.journal.op import Kind
from git_anvcs.journal.salvage import Gone, Known, Mark, Salvaged

_Key = tuple[str, str]


def marks(found: Salvaged) -> list[Mark]:
    """Between which numbers some of a path's operations are gone; all are numbered."""
    here = {known.n for known in found.ops}
    kept = [one for one in found.marks if one.first < one.last or one.first not in here]
    made = [*kept, *_told(found), *_untold(found, kept), *_dropped(found, kept)]
    longest: dict[tuple[str, str, int], int] = {}
    for lane, path, first, last in made:
        longest[lane, path, first] = max(last, longest.get((lane, path, first), last))
    return [Mark(*key, last) for key, last in longest.items()]


def missing(found: Salvaged) -> Iterator[Gone]:
    """What is gone, and what own operations follow that is lost: its digest is empty."""
    yield from found.gone
    here = {(known.actor, known.seq) for known in found.ops}
    here |= {(one.actor, one.seq) for one in found.gone}
    for known in found.ops:
        place = (known.actor, known.seq - 1)
        if known.seq > 1 and place not in here and not foreign.is_foreign(known.op.lane):
            yield Gone(0, *place, b"")


def _told(found: Salvaged) -> Iterator[Mark]:
    """Of what is said to have been about a path; runs end where an operation of it is here."""
    is_open: dict[_Key, Mark] = {}
    every: list[Known | Gone] = [*found.ops, *found.gone]
    for one in sorted(every, key=lambda one: one.n):
        if isinstance(one, Known):
            key = (one.op.lane, one.op.path)
            if key in is_open:
                yield is_open.pop(key)
        elif one.path:
            key = (one.lane, one.path)
            first = is_open[key].first if key in is_open else one.n
            is_open[key] = Mark(*key, first, one.n)
    yield from is_open.values()


def _untold(found: Salvaged, told: Sequence[Mark]) -> Iterator[Mark]:
    """Of what is only known to be gone, and not covered by a mark: it may be of any path.

    Of what was thinned, only before an operation of it: of each path and day the last one stayed.
    """
    said = _Spans((one.first, one.last) for one in told)
    untold = [one for one in found.gone if not one.lane]
    gone = sorted(one.n for one in untold if one.digest and not said.meets(one.n, one.n))
    lost = sorted(one.n for one in untold if not one.digest)
    for key, numbers in _keys(found).items() if gone or lost else ():
        yield from _inside(key, gone, numbers)
        yield from _inside(key, lost, (*numbers, lost[-1] + 1 if lost else 0))


def _inside(key: _Key, gone: Sequence[int], here: Sequence[int]) -> Iterator[Mark]:
    """What is gone before each of the operations that are here."""
    for after, before in zip((0, *here), here, strict=False):
        some = gone[bisect_right(gone, after) : bisect_left(gone, before)]
        if some:
            yield Mark(*key, some[0], some[-1])


def _dropped(found: Salvaged, told: Sequence[Mark]) -> Iterator[Mark]:
    """Of dropped segments of which the database tells nothing more: all that was ever known."""
    said = _Spans((one.first, one.last) for one in told)
    numbers = _keys(found) if found.dropped else {}
    for first, last in found.dropped:
        for key in () if said.meets(first, last) else numbers:
            yield from _around(key, numbers[key], first, last)


def _around(key: _Key, here: Sequence[int], first: int, last: int) -> Iterator[Mark]:
    """All of the span, but what the path still stands at."""
    at = bisect_left(here, first)
    if here and at == len(here) - 1 and here[at] <= last:
        last = here[at] - 1
    if first <= last:
        yield Mark(*key, first, last)


class _Spans:
    """Numbers from first to last, which may overlap."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._firsts = [first for first, _ in ordered]
        self._lasts = list(accumulate((last for _, last in ordered), max))

    def meets(self, first: int, last: int) -> bool:
        at = bisect_right(self._firsts, last)
        return at > 0 and self._lasts[at - 1] >= first


def _keys(found: Salvaged) -> dict[_Key, list[int]]:
    """Each path that was ever known, in each of our own lanes, with those of it that are here."""
    numbers: dict[_Key, list[int]] = defaultdict(list)
    for known in sorted(found.ops, key=lambda known: known.n):
        if known.op.kind <= Kind.CLEAN and not foreign.is_foreign(known.op.lane):
            numbers[known.op.lane, known.op.path].append(known.n)
    lanes = {lane for lane in found.roots if not foreign.is_foreign(lane)}
    lanes |= {lane for lane, _ in numbers}
    paths = found.paths | {path for _, path in numbers}
    return {(lane, path): numbers.get((lane, path), []) for lane in lanes for path in paths}

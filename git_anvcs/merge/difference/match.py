"""Which unit of one version is which of the other: by key, by text, by likeness."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
import re
from typing import NamedTuple, TypeVar

from git_anvcs.kernel.diff import changes
from git_anvcs.merge.code.align import ALIKE_ALONE, LIKE
from git_anvcs.merge.difference.unit import Unit

Words = Counter[bytes]
Pairs = dict[int, int]
P = TypeVar("P", bound=Hashable)

_WORDS = re.compile(rb"\w+|[^\w\s]")
# Names and numbers; a shorter text is like many others, more so where the place says nothing.
_LEAST, _LEAST_FAR = 5, 10
# Two imports are two things, and so are two tables of an array; of cells their form knows more.
_UNLIKE = ("import", "cell", "table", "array")
_MOST = 20_000  # comparisons by likeness
NEARLY = 0.85  # likeness of what has neither its name nor its place


class Matched(NamedTuple):
    """pairs: old index -> new index; moved: the old ones of pairs that stand out of order."""

    pairs: Pairs
    moved: frozenset[int]


def matched(olds: Sequence[Unit], news: Sequence[Unit]) -> Matched:
    """The units of two versions of one body."""
    pairs = by(lambda unit: unit.key, olds, news, {})
    pairs.update(by(lambda unit: unit.name, olds, news, pairs))
    here, there = left(olds, news, pairs)
    pairs.update(alike(here, there))
    return Matched(pairs, frozenset(out_of_order(pairs, len(olds), len(news))))


def left(
    olds: Sequence[Unit], news: Sequence[Unit], pairs: Pairs
) -> tuple[dict[int, Unit], dict[int, Unit]]:
    """What has no partner yet."""
    taken = set(pairs.values())
    here = {place: unit for place, unit in enumerate(olds) if place not in pairs}
    return here, {place: unit for place, unit in enumerate(news) if place not in taken}


def by(
    mark: Callable[[Unit], Hashable], olds: Sequence[Unit], news: Sequence[Unit], known: Pairs
) -> Pairs:
    """Equal kinds and marks; of several with one mark first those of one text, then in order."""
    here, there = left(olds, news, known)
    waiting: dict[Hashable, list[int]] = {}
    for place, unit in there.items():
        waiting.setdefault((unit.kind, mark(unit)), []).append(place)
    pairs: Pairs = {}
    later = []
    for place, unit in here.items():
        same = waiting.get((unit.kind, mark(unit)), [])
        twin = next((one for one in same if news[one].text == unit.text), None)
        if twin is None:
            later.append(place)
        else:
            same.remove(twin)
            pairs[place] = twin
    for place in later:
        same = waiting.get((olds[place].kind, mark(olds[place])), [])
        if same:
            pairs[place] = same.pop(0)
    return pairs


def alike(olds: Mapping[P, Unit], news: Mapping[P, Unit]) -> dict[P, P]:
    """Pairs of one kind that share most of their words, the most alike first."""
    enough = ALIKE_ALONE if len(olds) == len(news) == 1 else LIKE
    return best(olds, news, _LEAST, lambda _old, _new: enough, lambda _old, _new: True)


def far(olds: Mapping[P, Unit], news: Mapping[P, Unit], may: Callable[[P, P], bool]) -> dict[P, P]:
    """The same for units from different places: one of another name must be nearly the same."""
    return best(
        olds, news, _LEAST_FAR, lambda old, new: LIKE if old.key == new.key else NEARLY, may
    )


def best(
    olds: Mapping[P, Unit],
    news: Mapping[P, Unit],
    least: int,
    enough: Callable[[Unit, Unit], float],
    may: Callable[[P, P], bool],
) -> dict[P, P]:
    kinds = {unit.kind for unit in olds.values()} & {unit.kind for unit in news.values()}
    kinds -= {*_UNLIKE}
    here = {place: words(unit, least) for place, unit in olds.items() if unit.kind in kinds}
    there = {place: words(unit, least) for place, unit in news.items() if unit.kind in kinds}
    if len(here) * len(there) > _MOST:
        return equal_texts(olds, news, may)
    # Of equally alike ones the first on both sides, so that swapped versions match the same way.
    scores = [
        (likeness(one, two), i + j, old, new)
        for i, (old, one) in enumerate(here.items())
        for j, (new, two) in enumerate(there.items())
        if olds[old].kind == news[new].kind and may(old, new)
    ]
    pairs: dict[P, P] = {}
    taken: set[P] = set()
    for score, _place, old, new in sorted(scores, key=lambda row: (-row[0], row[1])):
        if old not in pairs and new not in taken and score >= enough(olds[old], news[new]):
            pairs[old] = new
            taken.add(new)
    return pairs


def equal_texts(
    olds: Mapping[P, Unit], news: Mapping[P, Unit], may: Callable[[P, P], bool]
) -> dict[P, P]:
    """The same where comparing all with all would cost too much."""
    waiting: dict[object, list[P]] = {}
    for place, unit in news.items():
        if words(unit, _LEAST):
            waiting.setdefault((unit.kind, unit.text), []).append(place)
    pairs: dict[P, P] = {}
    for place, unit in olds.items():
        same = waiting.get((unit.kind, unit.text), [])
        if same and may(place, same[0]):
            pairs[place] = same.pop(0)
    return pairs


def words(unit: Unit, least: int) -> Words:
    """The words of a unit; none of one that is too short to be known again."""
    found = Counter(_WORDS.findall(unit.text))
    known = sum(count for word, count in found.items() if word[:1].isalnum() or word[:1] == b"_")
    return found if known >= least else Counter()


def likeness(one: Words, two: Words) -> float:
    """How much of their words two units share, 0 to 1."""
    total = one.total() + two.total()
    if not one or not two or 2 * min(one.total(), two.total()) < ALIKE_ALONE * total:
        return 0.0
    return 2 * (one & two).total() / total


def out_of_order(pairs: Pairs, olds: int, news: int) -> Iterable[int]:
    """The fewest old ones whose move makes the order of the new version."""
    names = {new: old for old, new in pairs.items()}
    before = [place for place in range(olds) if place in pairs]
    after = [names[place] for place in range(news) if place in names]
    for change in changes(before, after):
        yield from before[change.a0 : change.a1]

"""Which item of one version is which item of another: by text, by identity, by likeness."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from git_anvcs.kernel.diff import Change, changes
from git_anvcs.merge.code.claims import Claim
from git_anvcs.merge.code.identity import Identity, similarity

T = TypeVar("T")


class Matching(NamedTuple, Generic[T]):
    """How a body's items are compared: pure functions of one item.

    claims: the names that it takes; collide: whether two of them, one a side, are one too many
    """

    text: Callable[[T], bytes]
    identity: Callable[[T], Identity]
    kind: Callable[[T], str]
    claims: Callable[[T], Sequence[Claim]] = lambda _item: ()
    collide: Callable[[Claim, Claim], bool] = lambda _mine, _yours: False


class Alignment(NamedTuple):
    """pairs: base index -> side index, rising on both; moved: the same, out of order."""

    pairs: dict[int, int]
    moved: dict[int, int]


LARGEST = 600  # comparisons by likeness in one gap
LIKE = 0.6
ALIKE_ALONE = 0.5  # one item against one: nothing else it could be


def align(base: Sequence[T], side: Sequence[T], how: Matching[T], moves: bool = True) -> Alignment:
    pairs: dict[int, int] = {}
    texts_base, texts_side = [how.text(x) for x in base], [how.text(x) for x in side]
    at = shift = 0
    gaps = changes(texts_base, texts_side)
    for gap in gaps:
        pairs.update((b, b + shift) for b in range(at, gap.a0))
        at, shift = gap.a1, gap.b1 - gap.a1
    pairs.update((b, b + shift) for b in range(at, len(base)))
    gaps = [gap for gap in gaps if gap.a0 < gap.a1 and gap.b0 < gap.b1]
    stay = names(base, how) & names(side, how) if gaps else set()
    for gap in gaps:
        pairs.update(within(base, side, gap, how, stay))
    return Alignment(pairs, far(base, side, pairs, how) if moves else {})


def within(
    base: Sequence[T], side: Sequence[T], gap: Change, how: Matching[T], stay: set[str]
) -> dict[int, int]:
    """Match what stands between two equal items: first by identity, the rest by likeness."""
    pairs: dict[int, int] = {}
    keys_old = {b: how.identity(base[b]).key for b in range(gap.a0, gap.a1)}
    keys_new = {s: how.identity(side[s]).key for s in range(gap.b0, gap.b1)}
    places = alone(keys_new)
    named = [(b, places[key]) for key, b in alone(keys_old).items() if key in places]
    b0, s0 = gap.a0, gap.b0
    for b, s in [*rising(sorted(named)), (gap.a1, gap.b1)]:
        rest_old = [i for i in range(b0, b) if keys_old[i] not in stay]
        rest_new = [i for i in range(s0, s) if keys_new[i] not in stay]
        pairs.update(likely(base, side, rest_old, rest_new, how))
        if b < gap.a1:
            pairs[b] = s
        b0, s0 = b + 1, s + 1
    return pairs


def names(items: Sequence[T], how: Matching[T]) -> set[str]:
    """What the definitions among the items are called: who keeps the name was not renamed."""
    return {one.key for one in map(how.identity, items) if one.once}


def alone(keys: dict[int, str]) -> dict[str, int]:
    """Key to place, for keys that stand there once."""
    counts = Counter(keys.values())
    return {key: place for place, key in keys.items() if key and counts[key] == 1}


def rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second parts rise too; the first parts do already."""
    best: list[tuple[int, int]] = []  # (length, index of the one before)
    for place, (_b, s) in enumerate(pairs):
        before = [(best[i][0], i) for i in range(place) if pairs[i][1] < s]
        length, previous = max(before, default=(0, -1))
        best.append((length + 1, previous))
    at = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    chain = []
    while at >= 0:
        chain.append(pairs[at])
        at = best[at][1]
    return chain[::-1]


def likely(
    base: Sequence[T], side: Sequence[T], olds: list[int], news: list[int], how: Matching[T]
) -> dict[int, int]:
    """The pairs, in order, that share most of their words."""
    if not olds or not news or len(olds) * len(news) > LARGEST:
        return {}
    enough = ALIKE_ALONE if len(olds) == len(news) == 1 else LIKE
    scores = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    alike: dict[tuple[int, int], float] = {}
    for i in range(len(olds) - 1, -1, -1):
        for j in range(len(news) - 1, -1, -1):
            score = likeness(base[olds[i]], side[news[j]], how)
            alike[i, j] = score if score >= enough else -1.0
            scores[i][j] = max(
                scores[i + 1][j], scores[i][j + 1], scores[i + 1][j + 1] + alike[i, j]
            )
    return dict(path(scores, alike, olds, news))


def path(
    scores: list[list[float]], alike: dict[tuple[int, int], float], olds: list[int], news: list[int]
) -> list[tuple[int, int]]:
    found = []
    i = j = 0
    while i < len(olds) and j < len(news):
        if alike[i, j] > 0 and scores[i][j] == scores[i + 1][j + 1] + alike[i, j]:
            found.append((olds[i], news[j]))
            i, j = i + 1, j + 1
        elif scores[i][j] == scores[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def likeness(old: T, new: T, how: Matching[T]) -> float:
    if how.kind(old) != how.kind(new):
        return 0.0
    one, two = how.identity(old), how.identity(new)
    if one.free and two.free and not (one.once or one.label) and one.key != two.key:
        return 0.0  # two imports of different modules are two things
    return similarity(how.text(old), how.text(new))


def far(
    base: Sequence[T], side: Sequence[T], pairs: dict[int, int], how: Matching[T]
) -> dict[int, int]:
    """Definitions that went to another place of the same body."""
    taken = set(pairs.values())
    lost = {b: how.identity(base[b]) for b in range(len(base)) if b not in pairs}
    new = {s: how.identity(side[s]) for s in range(len(side)) if s not in taken}
    olds = alone({b: one.key for b, one in lost.items() if one.once})
    news = alone({s: one.key for s, one in new.items() if one.once})
    return {b: news[key] for key, b in olds.items() if key in news}


def fresh(items: Sequence[T], alignment: Alignment) -> list[int]:
    """The items that the base does not have."""
    known = {*alignment.pairs.values(), *alignment.moved.values()}
    return [place for place in range(len(items)) if place not in known]

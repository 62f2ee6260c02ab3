"""Merges three sequences of items: statements of a body, elements of a list, decorators.

Items that both sides kept are merged one by one. What only one side inserted, deleted or moved is
taken. Where both did so at one place, items whose order is free are all kept, ours then theirs;
otherwise the place is a clash.
"""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from git_anvcs.kernel.diff import Change
from git_anvcs.merge import lines
from git_anvcs.merge.code.align import Alignment, align, rising
from git_anvcs.merge.code.combine import Combine, Entry, span
from git_anvcs.merge.code.groups import Group, groups
from git_anvcs.merge.code.outcome import Parts
from git_anvcs.merge.code.twins import twins

T = TypeVar("T")


class Tangled(Exception):
    """A clash that involves moved items: merge once more without looking for moves."""


def three_way(
    base: Sequence[T], ours: Sequence[T], theirs: Sequence[T], how: Combine[T]
) -> list[Entry]:
    """The merged sequence; entries that came to nothing are left out."""
    for cunning in (True, False):
        mine = align(base, ours, how.matching, cunning)
        yours = align(base, theirs, how.matching, cunning)
        merge = Sequences(base, ours, theirs, mine, yours, how, cunning)
        try:
            return [entry for entry in merge.entries() if entry.parts]
        except Tangled:
            continue
    raise AssertionError("without moves nothing is tangled")


class Sequences(Generic[T]):
    """One merge under way."""

    def __init__(  # noqa: PLR0913, PLR0917 - the three versions and how they match
        self,
        base: Sequence[T],
        ours: Sequence[T],
        theirs: Sequence[T],
        mine: Alignment,
        yours: Alignment,
        how: Combine[T],
        cunning: bool,
    ) -> None:
        self.base, self.ours, self.theirs = base, ours, theirs
        self.mine, self.yours = mine, yours
        self.how = how
        self.came_mine = {s: b for b, s in mine.moved.items()}
        self.came_yours = {s: b for b, s in yours.moved.items()}
        self.twins = twins((base, ours, theirs), (mine, yours), how.matching) if cunning else {}
        self.twins_back = {t: o for o, t in self.twins.items()}

    def entries(self) -> Iterator[Entry]:
        at = (0, 0, 0)
        sizes = len(self.base), len(self.ours), len(self.theirs)
        for group in groups(self.mine, self.yours, sizes):
            yield from self.kept(at[0], group.base[0])
            yield from self.group(group)
            at = (group.base[1], group.ours[1], group.theirs[1])
        yield from self.kept(at[0], len(self.base))

    def kept(self, first: int, end: int) -> Iterator[Entry]:
        for b in range(first, end):
            yield self.both(b, self.mine.pairs[b], self.yours.pairs[b])

    def both(self, b: int, o: int, t: int) -> Entry:
        parts = self.how.pair(self.base[b], self.ours[o], self.theirs[t])
        return Entry((b, b + 1), (o, o + 1), (t, t + 1), parts)

    def group(self, group: Group) -> list[Entry]:
        if group.mine and group.yours:
            same = self.same(group)
            if same is not None:
                return same
            if not self.compatible(group):
                return self.both_inserted(group) or self.clash(group)
        found: list[Entry] = []
        mine = {change.a0: range(change.b0, change.b1) for change in group.mine}
        yours = {change.a0: range(change.b0, change.b1) for change in group.yours}
        for b in range(group.base[0], group.base[1] + 1):
            found += self.inserted(mine.get(b, range(0)), yours.get(b, range(0)))
            if b < group.base[1]:
                entry = self.remaining(b)
                if entry is None:
                    try:
                        return self.clash(group)
                    except Tangled:
                        entry = self.clash_alone(b)
                found.append(entry)
        return found

    def same(self, group: Group) -> list[Entry] | None:
        """Both sides made the same of this place."""
        text = self.how.matching.text
        mine, yours = range(*group.ours), range(*group.theirs)
        if [text(self.ours[o]) for o in mine] != [text(self.theirs[t]) for t in yours]:
            return None
        if any(o in self.came_mine for o in mine) or any(t in self.came_yours for t in yours):
            moved = {self.came_mine.get(o) for o in mine} ^ {self.came_yours.get(t) for t in yours}
            if moved:
                raise Tangled
        base = range(*group.base)
        if any(b in self.mine.moved or b in self.yours.moved for b in base):
            return None
        pairs = zip(mine, yours, strict=True)
        return [Entry(None, (o, o + 1), (t, t + 1), [text(self.ours[o])]) for o, t in pairs]

    def compatible(self, group: Group) -> bool:
        """Whether what both sides did here can stand side by side."""
        new_ours = [self.ours[o] for change in group.mine for o in range(change.b0, change.b1)]
        new_theirs = [self.theirs[t] for change in group.yours for t in range(change.b0, change.b1)]
        gone_ours = [b for change in group.mine for b in range(change.a0, change.a1)]
        gone_theirs = [b for change in group.yours for b in range(change.a0, change.a1)]
        if not new_ours and not new_theirs:
            return True
        if self.rewritten(gone_ours, gone_theirs, new_ours, new_theirs):
            return False
        if self.torn(group.mine, self.ours, group.yours) or self.torn(
            group.yours, self.theirs, group.mine
        ):
            return False
        old_ours = [self.base[b] for b in gone_ours if b not in self.mine.moved]
        old_theirs = [self.base[b] for b in gone_theirs if b not in self.yours.moved]
        return self.how.between([*new_ours, *old_ours], [*new_theirs, *old_theirs])

    def both_inserted(self, group: Group) -> list[Entry] | None:
        """Both insertions at one place, ours first, where that is likely and a guard will tell."""
        if group.base[0] < group.base[1]:
            return None
        mine, yours = range(*group.ours), range(*group.theirs)
        news = [self.ours[o] for o in mine], [self.theirs[t] for t in yours]
        if any(o in self.came_mine or o in self.twins for o in mine) or any(
            t in self.came_yours or t in self.twins_back for t in yours
        ):
            return None
        if not self.how.likely(*news):
            return None
        self.how.note("both-inserted", *news)
        return [
            *(Entry(None, (o, o + 1), None, [self.how.matching.text(self.ours[o])]) for o in mine),
            *(
                Entry(None, None, (t, t + 1), [self.how.matching.text(self.theirs[t])])
                for t in yours
            ),
        ]

    def rewritten(
        self, gone_ours: list[int], gone_theirs: list[int], mine: list[T], yours: list[T]
    ) -> bool:
        """Both sides took the same item out, and something else in: two ways to change it.

        Imports have no place; of them only one that both replaced, each by something else, is
        rewritten. What is written again above or below was not taken out.
        """
        identity = self.how.matching.identity
        both = {*gone_ours} & {*gone_theirs} - {*self.mine.moved} - {*self.yours.moved}
        if not both:
            return False
        if any(not identity(item).free for item in [*mine, *yours]):
            return True
        if any(identity(self.base[b]).once for b in both):
            return True
        old = {identity(self.base[b]).key for b in {*gone_ours, *gone_theirs}}
        one, other = ({identity(item).key for item in run} for run in (mine, yours))
        replaced = {identity(self.base[b]).key for b in both} - one - other
        return bool(replaced and one - other - old and other - one - old)

    def torn(self, gone: list[Change], side: Sequence[T], other: list[Change]) -> bool:
        """Whether the other side put something in the middle of what this side took out.

        Where that belongs now nobody can say, as soon as order counts there: a block that this
        side wrapped or unwrapped stands elsewhere.
        """
        identity = self.how.matching.identity
        for change in gone:
            run = [*self.base[change.a0 : change.a1], *side[change.b0 : change.b1]]
            if all(identity(item).free for item in run):
                continue
            if any(one.b0 < one.b1 and change.a0 < one.a0 < change.a1 for one in other):
                return True
        return False

    def remaining(self, b: int) -> Entry | None:
        """A base item inside a group: kept by both, deleted by one, or a clash (None)."""
        o, t = self.mine.pairs.get(b), self.yours.pairs.get(b)
        if o is not None and t is not None:
            return self.both(b, o, t)
        if b in self.mine.moved or b in self.yours.moved:
            if o is None and t is None and not (b in self.mine.moved and b in self.yours.moved):
                raise Tangled  # moved by one side, deleted by the other
            return Entry(None, None, None, [])
        if o is None and t is None:
            return Entry(None, None, None, [])
        text = self.how.matching.text
        left = self.ours[o] if o is not None else self.theirs[t] if t is not None else self.base[b]
        if text(left) == text(self.base[b]):
            kept = self.how.needed(left)
            return Entry((b, b + 1), span(o), span(t), [text(left)] if kept else [])
        parts = self.how.dropped(self.base[b], left, "ours" if t is None else "theirs")
        if parts is None:
            return None
        return Entry((b, b + 1), span(o), span(t), parts)

    def inserted(self, mine: range, yours: range) -> list[Entry]:
        """What the sides put at one place: between what both put there, ours then theirs."""
        found: list[Entry] = []
        both = False
        o0, t0 = mine.start, yours.start
        for o, t in [*self.shared_by(mine, yours), (mine.stop, yours.stop)]:
            first = [entry for place in range(o0, o) if (entry := self.from_ours(place))]
            second = [entry for place in range(t0, t) if (entry := self.from_theirs(place))]
            both = both or bool(first and second)
            found += self.ranked(first, second)
            if o < mine.stop:
                found.append(self.twin(o, t))
            o0, t0 = o + 1, t + 1
        if both:
            self.how.note(
                "both-added", [self.ours[o] for o in mine], [self.theirs[t] for t in yours]
            )
        return found

    def shared_by(self, mine: range, yours: range) -> list[tuple[int, int]]:
        """What both put at one place, in the order that it has on both sides."""
        found = ((o, self.twins[o]) for o in mine if o in self.twins)
        return rising([(o, t) for o, t in found if t in yours])

    def ranked(self, first: list[Entry], second: list[Entry]) -> list[Entry]:
        """Ours then theirs; by rank where both are in that order already.

        Definitions go before statements that the other side added: those run, and may need them.
        """
        if not all(map(self.free, first)) and all(map(self.free, second)):
            return [*second, *first]
        keyed = [(self.rank(entry), entry) for entry in [*first, *second]]
        ranks = [rank for rank, _entry in keyed]
        runs = (ranks[: len(first)], ranks[len(first) :])
        kinds = {rank.partition(" ")[0] for rank in ranks}
        if "" in kinds or len(kinds) > 1 or any(run != sorted(run) for run in runs):
            return [*first, *second]
        return [entry for _rank, entry in sorted(keyed, key=lambda pair: pair[0])]

    def free(self, entry: Entry) -> bool:
        identity = self.how.matching.identity
        if entry.ours:
            return identity(self.ours[entry.ours[0]]).free
        return entry.theirs is None or identity(self.theirs[entry.theirs[0]]).free

    def rank(self, entry: Entry) -> str:
        if entry.ours:
            return self.how.rank(self.ours[entry.ours[0]])
        return self.how.rank(self.theirs[entry.theirs[0]]) if entry.theirs else ""

    def from_ours(self, o: int) -> Entry | None:
        if o in self.came_mine:
            return self.moved_here(self.came_mine[o])
        if o in self.twins:
            return self.twin(o, self.twins[o])
        return Entry(None, (o, o + 1), None, [self.how.matching.text(self.ours[o])])

    def from_theirs(self, t: int) -> Entry | None:
        if t in self.came_yours:
            b = self.came_yours[t]
            if b in self.mine.moved:
                raise Tangled  # both moved it; where it belongs is a person's choice
            return self.moved_here(b)
        if t in self.twins_back:
            return None
        return Entry(None, None, (t, t + 1), [self.how.matching.text(self.theirs[t])])

    def moved_here(self, b: int) -> Entry:
        o = self.mine.pairs.get(b, self.mine.moved.get(b))
        t = self.yours.pairs.get(b, self.yours.moved.get(b))
        if o is None or t is None or (b in self.mine.moved and b in self.yours.moved):
            raise Tangled
        entry = self.both(b, o, t)
        text = self.how.matching.text
        other = self.theirs[t] if b in self.mine.moved else self.ours[o]
        if text(other) != text(self.base[b]):
            self.how.note("move-edit", [self.ours[o]], [self.theirs[t]])
        if b in self.mine.moved:
            return entry._replace(base=None, theirs=None)
        return entry._replace(base=None, ours=None)

    def twin(self, o: int, t: int) -> Entry:
        mine, yours = self.ours[o], self.theirs[t]
        text = self.how.matching.text
        alike = text(mine) == text(yours)
        parts: Parts | None = [text(mine)] if alike else self.how.twin(mine, yours)
        if parts is None:
            parts = self.how.clash([], [mine], [yours], "add/add")
        return Entry(None, (o, o + 1), (t, t + 1), parts)

    def clash(self, group: Group) -> list[Entry]:
        """The whole place, for a person to decide; what both sides begin and end with is out."""
        base, mine, yours = range(*group.base), range(*group.ours), range(*group.theirs)
        self.reject_tangled(base, mine, yours)
        head, tail = self.shared(mine, yours) if not base else ([], [])
        mine = range(mine.start + len(head), mine.stop - len(tail))
        yours = range(yours.start + len(head), yours.stop - len(tail))
        olds = [self.base[b] for b in base]
        news = [self.ours[o] for o in mine], [self.theirs[t] for t in yours]
        parts = self.how.clash(olds, *news, lines.kind_of(olds, mine, yours))
        span_mine, span_yours = (mine.start, mine.stop), (yours.start, yours.stop)
        return [*head, Entry(group.base, span_mine, span_yours, parts), *tail]

    def shared(self, mine: range, yours: range) -> tuple[list[Entry], list[Entry]]:
        """What two runs of added items begin and end with alike."""
        text = self.how.matching.text
        one, two = [text(self.ours[o]) for o in mine], [text(self.theirs[t]) for t in yours]
        size = min(len(one), len(two))
        head = next((n for n in range(size) if one[n] != two[n]), size)
        rest = size - head
        tail = next((n for n in range(rest) if one[-1 - n] != two[-1 - n]), rest)

        def entry(n: int) -> Entry:
            o, t = mine[n], yours[n]
            return Entry(None, (o, o + 1), (t, t + 1), [text(self.ours[o])])

        return [entry(n) for n in range(head)], [entry(n) for n in range(-tail, 0)]

    def clash_alone(self, b: int) -> Entry:
        """An item that one side deleted and the other edited, among others that were moved."""
        o, t = self.mine.pairs.get(b), self.yours.pairs.get(b)
        olds = [self.base[b]]
        news = [self.ours[o]] if o is not None else [], [self.theirs[t]] if t is not None else []
        parts = self.how.clash(olds, *news, lines.kind_of(olds, *news))
        return Entry((b, b + 1), span(o), span(t), parts)

    def reject_tangled(self, base: range, mine: range, yours: range) -> None:
        """A clash must hold all there is to say about its items, none of them elsewhere."""
        if (
            any(b in self.mine.moved or b in self.yours.moved for b in base)
            or any(o in self.came_mine for o in mine)
            or any(t in self.came_yours for t in yours)
            or any(o in self.twins and self.twins[o] not in yours for o in mine)
            or any(t in self.twins_back and self.twins_back[t] not in mine for t in yours)
        ):
            raise Tangled

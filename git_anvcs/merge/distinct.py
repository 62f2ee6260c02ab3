"""What was distinct on every side stays distinct: one code that both sides gave away is a conflict.

Ours adds `A = 5` to a list of codes, theirs `B = 5`: their lines do not meet, the result compiles,
and no version had two names for one number. What makes numbers codes is that the language says so
(an enumeration) or that they count; sizes and times that happen to differ are none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

KIND = "taken-twice"
ANY = ""  # the name of a member that has none
Value = int | str
Held = list[tuple[str, Value]]  # the members of one list in one version: name and value


class Member(NamedTuple):
    """Something with a value of its own, on its lines, counted from 1."""

    name: str
    value: Value
    first: int
    last: int


class Group(NamedTuple):
    """Members of one list of the result, in their order.

    sure: that they are codes is known, not judged by their values
    whole: whether they are all of the list: then what a side took away counts as well
    """

    members: tuple[Member, ...]
    sure: bool = False
    whole: bool = False


def repeated(members: Sequence[Member]) -> list[Value]:
    """The values that more than one of the members has."""
    named = {(one.value, one.name) for one in members if one.name}
    counts = Counter(value for value, _name in named)
    counts.update(one.value for one in members if not one.name)
    return [value for value, count in counts.items() if count > 1]


def pairs(group: Group) -> Held:
    return [(one.name, one.value) for one in group.members]


def closest(group: Group, lists: Iterable[tuple[bool, Held]]) -> Held:
    """Of the lists of a version, each with whether it stands at the same place, the one that
    shares most with the group; none that shares nothing."""
    wanted = {*pairs(group)}
    ranked = [(len(wanted.intersection(held)), same, held) for same, held in lists]
    best = max(
        (one for one in ranked if one[0]), key=lambda one: (one[1], one[0]), default=(0, False, [])
    )
    return best[2]


def shown(twice: Sequence[Member]) -> str:
    """`A, B = 5`."""
    names = [str(one.name) for one in twice if one.name]
    return " = ".join([", ".join(dict.fromkeys(names))] * bool(names) + [str(twice[0].value)])


def taken_twice(group: Group, versions: Sequence[Held]) -> Iterator[list[Member]]:
    """The members that share a value which no version (base, ours, theirs) holds twice."""
    names = {one.name for one in group.members}
    kept = [[value for name, value in held if name in names] for held in versions]
    every = [[value for _name, value in held] for held in versions]
    judged = [one for one in ([kept, every] if group.whole else [kept]) if one[0]]
    known = group.sure and (bool(kept[0]) or all(kept[1:]))
    for value in repeated(group.members):
        if any(side.count(value) > 1 for side in kept):
            continue
        if known or any(is_code(value, values, group.members) for values in judged):
            yield [one for one in group.members if one.value == value]


def is_code(value: Value, values: Sequence[list[Value]], members: Sequence[Member]) -> bool:
    """Whether the values of the base count, all of each version differ, and this one goes on."""
    if any(len(set(side)) != len(side) for side in values) or not isinstance(value, int):
        return False
    before = [one for one in values[0] if isinstance(one, int)]
    after = {one.value for one in members if isinstance(one.value, int)}
    if counts_on(before, value, after):
        return True
    bits = [one.bit_length() - 1 for one in before if is_flag(one)]
    rest = {one.bit_length() - 1 for one in after if is_flag(one)}
    whole = 2 * len(bits) >= len(before)  # besides flags: none of them, all of them
    return is_flag(value) and whole and counts_on(bits, value.bit_length() - 1, rest)


def is_flag(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0


ENOUGH = 4  # numbers in a row are no accident, whatever comes behind them


def counts_on(numbers: Sequence[int], value: int, after: set[int]) -> bool:
    """Whether numbers go up or down by one step, most of them, and `value` is such a step away.

    after: all numbers of the result. A step other than 1 must be seen twice.
    """
    rows = [numbers, sorted(numbers)] if len(numbers) >= ENOUGH else [numbers]
    for row in rows:
        steps = Counter(two - one for one, two in pairwise(row))
        if not steps:
            return False
        step, often = steps.most_common(1)[0]
        if abs(step) != 1 and often < 2:
            continue
        every = often == len(row) - 1
        if every and (len(row) >= ENOUGH or value - step in after):
            return True
        if row is numbers and 2 * often >= len(row) - 1 and value - step in after:
            return True
    return False

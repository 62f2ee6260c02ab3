"""Numbers that name things in source text: members of enumerations, runs of constants, keys.

Keys of a literal and labels of a switch name things too, whatever they are.

Only lists that both sides changed are looked at, and the versions are read again only where one
number stands twice in such a list.
"""

from collections.abc import Iterator, Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge import distinct
from git_anvcs.merge.checks import Flaw
from git_anvcs.merge.code.codes import candidates
from git_anvcs.merge.code.identity import definition
from git_anvcs.merge.code.members import KEY, list_of, members, said, values_of
from git_anvcs.merge.code.paths import under
from git_anvcs.merge.code.source import Source, read
from git_anvcs.merge.distinct import Group, Held, Member, Value
from git_anvcs.merge.profile import Profile
from git_anvcs.merge.result import Versions

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

WORD = re.compile(rb"\w")


class Written(NamedTuple):
    """A list and the values of its members on some rows; None for one that may be counted."""

    container: "Node"
    values: set[Value | None]


def flaws(profile: Profile, versions: Versions, merged: Source) -> list[Flaw]:
    """Values that the result has twice in a list in which no version has them twice."""
    found: dict[tuple[int, ...], Flaw] = {}
    sources: list[Source] = []
    for container in touched(versions, merged) if profile.numbers else ():
        for slot, groups in candidates(merged, container):
            for group in groups:
                if not distinct.repeated(group.members):
                    continue
                sources = sources or [read(profile, version, rough=True) for version in versions]
                held = [held_in(one, merged, container, slot, group) for one in sources]
                for twice in distinct.taken_twice(group, held):
                    where = named(merged, container, twice)
                    kind = "duplicate" if slot == KEY else distinct.KIND
                    found.update(
                        ((one.first, one.last), Flaw(kind, where, one.first, one.last))
                        for one in twice
                    )
    return [found[place] for place in sorted(found)]


def taken_twice(sources: Sequence[Source], merged: Source) -> Iterator[bytes]:
    """The members of a result whose values stand twice, as `member` names them."""
    versions = Versions(*(source.text for source in sources))
    for flaw in flaws(merged.profile, versions, merged):
        yield member(merged, flaw.first - 1, flaw.last)


def member(source: Source, first: int, end: int) -> bytes:
    """A member by what it says on its rows; the comma behind the last one of a list may lack."""
    return source.rows(first, end).strip().rstrip(b",")


def touched(versions: Versions, merged: Source) -> list["Node"]:
    """The lists in which lines that ours and lines that theirs wrote may hold one value."""
    base = {*versions.base.split(b"\n")}
    rows = merged.text.split(b"\n")
    sides: list[dict[tuple[int, int], Written]] = []
    for version in versions[1:]:
        new = {line for line in version.split(b"\n") if line not in base and WORD.search(line)}
        here = [row for row, line in enumerate(rows) if line in new]
        if not here:
            return []
        sides.append(written(merged, here))
    mine, yours = sides
    return [
        one.container
        for place, one in mine.items()
        if place in yours and may_meet(one.values, yours[place].values)
    ]


def may_meet(mine: set[Value | None], yours: set[Value | None]) -> bool:
    return None in mine or None in yours or not mine.isdisjoint(yours)


def written(source: Source, rows: Sequence[int]) -> dict[tuple[int, int], Written]:
    found: dict[tuple[int, int], Written] = {}
    for row in rows:
        for node in members_at(source, row):
            outer = list_of(source, node)
            here = found.setdefault((outer.start_byte, outer.end_byte), Written(outer, set()))
            here.values.update(values_of(source, node).values())
            if source.profile.numbers[node.type].counts:
                here.values.add(None)
    return found


def members_at(source: Source, row: int) -> Iterator["Node"]:
    """What may be a member and is on this row, as a whole or in part."""
    line = source.rows(row, row + 1).rstrip()
    first = len(line) - len(line.lstrip())
    node = source.root.descendant_for_point_range((row, first), (row, max(len(line) - 1, first)))
    above = node
    while above is not None:
        if above.type in source.profile.numbers:
            yield above
        above = above.parent
    waiting = [node] if node is not None else []
    while waiting:
        for child in waiting.pop().named_children:
            if child.start_point.row <= row <= child.end_point.row:
                if child.type in source.profile.numbers:
                    yield child
                waiting.append(child)


def held_in(source: Source, merged: Source, container: "Node", slot: str, group: Group) -> Held:
    """What a version holds of the list: of all of its kind the one that shares most with it."""
    where = path(merged, container)
    return distinct.closest(
        group,
        (
            (
                path(source, node) == where,
                [
                    (distinct.ANY if slot == KEY else one.name, one.values[slot])
                    for one in said(source, members(source, node))
                    if slot in one.values
                ],
            )
            for node in [source.root, *under(source.root)]
            if node.type == container.type
        ),
    )


def path(source: Source, node: "Node | None") -> tuple[str, ...]:
    """The definitions around, outermost first."""
    found: list[str] = []
    while node is not None:
        own = definition(source, node) if node.type not in source.profile.wrappers else None
        if own is not None and own.label:
            found.append(own.label)
        node = node.parent
    return tuple(found[::-1])


def named(source: Source, container: "Node", twice: Sequence[Member]) -> str:
    """`enum E > A, B = 5`."""
    return " > ".join((*path(source, container), distinct.shown(twice)))

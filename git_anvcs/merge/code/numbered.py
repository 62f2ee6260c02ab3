"""Numbers that name things in source text: members of enumerations, runs of constants, keys.

Only lists that both sides changed are looked at, and the versions are read again only where one
number stands twice in such a list.
"""

from collections.abc import Iterator, Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge import distinct
from git_anvcs.merge.checks import Flaw
from git_anvcs.merge.code.identity import definition, unwrapped, words_in
from git_anvcs.merge.code.items import scoped
from git_anvcs.merge.code.paths import COMMENTS, at, under
from git_anvcs.merge.code.source import Source, read
from git_anvcs.merge.distinct import Group, Held, Member, Value
from git_anvcs.merge.integers import integer
from git_anvcs.merge.profile import Profile
from git_anvcs.merge.profile_rows import Numbered
from git_anvcs.merge.result import Versions

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

# A row that may hold a member: with a number or a string, or nothing but a name, which counts.
TELLING = re.compile(rb"[\d\"']|^\s*\w+\s*,?\s*(?:/[/*]|#|$)")
STRING = re.compile(r"""(["'])(?:(?!\1)[^\\\n])*\1""")
WORDS = re.compile(r"[A-Z]?[a-z\d]+|[A-Z\d]+(?![a-z])|[^\W_]")


class Row(NamedTuple):
    """A member of a list: its node, what is around it, its rule; what of its place breaks a run."""

    node: "Node"
    rule: Numbered
    outer: "Node"
    run: int


class Said(NamedTuple):
    """A member as it is read: a value for each place of its arguments, "" for its own."""

    row: Row
    name: str
    values: dict[str, Value]


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
                    found.update(
                        ((one.first, one.last), Flaw(distinct.KIND, where, one.first, one.last))
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
        new = {line for line in version.split(b"\n") if line not in base and TELLING.search(line)}
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


def list_of(source: Source, node: "Node") -> "Node":
    """What the member stands in."""
    outer = node.parent
    while outer is not None and outer.parent is not None and holds_only(source, outer, node):
        node, outer = outer, outer.parent
    return outer or node


def holds_only(source: Source, outer: "Node", node: "Node") -> bool:
    if outer.type in source.profile.flat:
        return True
    return outer.type in source.profile.wrappers and unwrapped(source, outer)[0].id == node.id


def members(source: Source, container: "Node") -> list[Row]:
    """The members of a list, with the number of the run that each is in."""
    found: list[Row] = []
    run = 0
    for child in flattened(source, container):
        if child.type in COMMENTS or child.type in source.profile.leading:
            continue
        inner = unwrapped(source, child)[0]
        rule = source.profile.numbers.get(inner.type)
        if rule is None or not (rule.kind != "constant" or constant(source, container, child)):
            run += 1
        else:
            found.append(Row(inner, rule, child, run))
    return found


def flattened(source: Source, node: "Node") -> Iterator["Node"]:
    for child in node.named_children:
        if child.type in source.profile.flat:
            yield from flattened(source, child)
        else:
            yield child


def constant(source: Source, container: "Node", node: "Node") -> bool:
    """Whether a statement gives a name of a file or a class its one value."""
    profile = source.profile
    around: Node | None = container
    while around is not None and around.type in (*profile.regions, *profile.flat):
        around = around.parent
    if around is None or not (
        scoped(profile, around)
        or around.type in profile.wrappers
        or (around.parent is not None and around.parent.type in profile.classes)
    ):
        return False
    words = profile.numbers[unwrapped(source, node)[0].type].words
    return not words or not words_in(source.of(node)).isdisjoint(map(str.encode, words))


def said(source: Source, rows: Sequence[Row]) -> list[Said]:
    """The members with their values; one without a value counts on where the language does."""
    found: list[Said] = []
    last: Value | None = -1
    for row in rows:
        name, values = at(row.node, row.rule.name), values_of(source, row.node)
        if row.rule.counts and at(row.node, row.rule.value) is None and isinstance(last, int):
            values[""] = last + 1
        last = values.get("")
        found.append(Said(row, source.of(name).decode("utf-8", "replace") if name else "", values))
    return found


def values_of(source: Source, node: "Node") -> dict[str, Value]:
    """The values of a member by their places: "" for its own, a number for an argument."""
    rule = source.profile.numbers[node.type]
    own = at(node, rule.value) if rule.value else None
    inside = at(node, rule.arguments) if rule.arguments else None
    found = {"": read_value(source, own)} if own is not None else {}
    for place, one in enumerate(inside.named_children if inside is not None else ()):
        number = read_value(source, one.named_children[-1] if one.named_children else one)
        found[str(place)] = number if isinstance(number, int) else None
    return {place: value for place, value in found.items() if value is not None}


def read_value(source: Source, node: "Node") -> Value | None:
    text = source.of(node).decode("utf-8", "replace").strip()
    if STRING.fullmatch(text):
        return text[1:-1]
    return integer(text, octal=source.profile.octal)


def candidates(source: Source, container: "Node") -> Iterator[tuple[str, list[Group]]]:
    """The groups of a list whose numbers may be codes, by the place of the number."""
    found = said(source, members(source, container))
    for slot in dict.fromkeys(slot for one in found for slot in one.values):
        rows = [one for one in found if slot in one.values]
        kind = rows[0].row.rule.kind
        if slot or kind == "key":
            every = all(isinstance(one.values.get(slot), int) for one in found)
            alone = len({one.row.run for one in found}) == 1
            yield slot, [group(rows, slot)] if (every and alone) or slot else []
        elif kind == "enum" or enumeration(source, container):
            yield slot, [group(rows, slot, sure=kind != "enum" or known(source, container))]
        else:
            yield slot, [group(run, slot) for run in [*runs(source, rows), *alike(rows)]]


def group(rows: Sequence[Said], slot: str, *, sure: bool = False) -> Group:
    return Group(
        tuple(
            Member(
                one.name,
                one.values[slot],
                one.row.outer.start_point.row + 1,
                one.row.outer.end_point.row + (one.row.outer.end_point.column > 0),
            )
            for one in rows
        ),
        sure,
    )


def known(source: Source, container: "Node") -> bool:
    """Whether an enumeration is a type: one without a name only gives numbers names."""
    owner = container.parent
    if owner is None or owner.child_by_field_name("name") is not None:
        return True
    return owner.parent is not None and owner.parent.type in source.profile.definitions


def enumeration(source: Source, container: "Node") -> bool:
    """Whether the class around is one of enumerations: `class A(IntEnum)`."""
    owner, words = container.parent, source.profile.enumerations
    if owner is None or not words:
        return False
    head = source.text[owner.start_byte : container.start_byte].decode("utf-8", "replace")
    return not set(re.findall(r"\w+", head)).isdisjoint(words)


def runs(source: Source, rows: Sequence[Said]) -> Iterator[list[Said]]:
    """Constants with nothing else between them, and those of them without a blank line either."""
    whole: dict[int, list[Said]] = {}
    for one in rows:
        whole.setdefault(one.row.run, []).append(one)
    for run in whole.values():
        part: list[Said] = []
        parts: list[list[Said]] = []
        for one in run:
            if part and gap(source, part[-1].row.outer, one.row.outer):
                parts.append(part)
                part = []
            part.append(one)
        yield run
        yield from [*parts, part] if parts else ()


def gap(source: Source, one: "Node", two: "Node") -> bool:
    return any(map(source.blank, range(one.end_point.row, two.start_point.row)))


def alike(rows: Sequence[Said]) -> Iterator[list[Said]]:
    """Constants whose names begin alike, for each beginning that two of one value share."""
    split = [tuple(WORDS.findall(one.name)) for one in rows]
    first: dict[Value, list[tuple[str, ...]]] = {}
    for one, words in zip(rows, split, strict=True):
        first.setdefault(one.values[""], []).append(words)
    shared = {
        words[:size]
        for same in first.values()
        if len(same) > 1
        for words in same
        for size in range(1, len(words))
        if sum(other[:size] == words[:size] for other in same) > 1
    }
    for start in sorted(shared):
        yield [one for one, words in zip(rows, split, strict=True) if words[: len(start)] == start]


def held_in(source: Source, merged: Source, container: "Node", slot: str, group: Group) -> Held:
    """What a version holds of the list: of all of its kind the one that shares most with it."""
    where = path(merged, container)
    return distinct.closest(
        group,
        (
            (
                path(source, node) == where,
                [
                    (one.name, one.values[slot])
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

"""Which members of a list in source text are judged together, and whether they are codes."""

from collections.abc import Iterator, Sequence
import re
from typing import TYPE_CHECKING

from git_anvcs.merge import distinct
from git_anvcs.merge.code.members import KEY, Said, members, said
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.distinct import Group, Member, Value

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

WORDS = re.compile(r"[A-Z]?[a-z\d]+|[A-Z\d]+(?![a-z])|[^\W_]")


def candidates(source: Source, container: "Node") -> Iterator[tuple[str, list[Group]]]:
    """The groups of a list whose numbers may be codes, by the place of the number."""
    found = said(source, members(source, container))
    for slot in dict.fromkeys(slot for one in found for slot in one.values):
        rows = [one for one in found if slot in one.values]
        kind = rows[0].row.rule.kind
        if slot == KEY:
            yield slot, [group(rows, slot, sure=True)]
        elif slot or kind in ("key", "row"):
            every = all(isinstance(one.values.get(slot), int) for one in found)
            alone = len({one.row.run for one in found}) == 1
            yield slot, [group(rows, slot, whole=True)] if (every and alone) or slot else []
        elif kind == "enum" or enumeration(source, container):
            yield slot, [group(rows, slot, sure=kind != "enum" or known(source, container))]
        else:
            parts = [*runs(source, rows), *alike(rows)]
            yield slot, [group(run, slot, whole=len(run) == len(rows)) for run in parts]


def group(rows: Sequence[Said], slot: str, *, sure: bool = False, whole: bool = False) -> Group:
    return Group(
        tuple(
            Member(
                distinct.ANY if slot == KEY else one.name,
                one.values[slot],
                one.row.outer.start_point.row + 1,
                one.row.outer.end_point.row + (one.row.outer.end_point.column > 0),
            )
            for one in rows
        ),
        sure,
        whole,
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

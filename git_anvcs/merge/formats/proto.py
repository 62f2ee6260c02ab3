"""Merge `.proto` files by declaration: fields and enum values by their numbers."""

from collections.abc import Hashable

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.data.whole import Texts
from git_anvcs.merge.entries import file
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.proto import field, numbers
from git_anvcs.merge.proto import text as proto_text
from git_anvcs.merge.result import Conflict, Merged, NotUnderstood, Options, Versions

COLLISION = "field-number-collision"


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version cannot be read."""
    merged = file.merge(SYNTAX, versions, options)
    roots = tuple(proto_text.parse(file.ended(text)) for text in Texts.of(versions)[:3])
    return merged._replace(conflicts=tuple(advised(one, roots) for one in merged.conflicts))


def advised(conflict: Conflict, roots: tuple[Entry, ...]) -> Conflict:
    """A collision of numbers, with a number that is free."""
    if conflict.kind != COLLISION:
        return conflict
    free = numbers.next_free(roots, conflict.where.split(".")[:-1])
    return conflict._replace(where=f"{conflict.where} (next free number: {free})")


def clash(base: Entry | None, ours: Entry, theirs: Entry) -> tuple[str, str] | None:
    """Both added other fields with one number."""
    numbered = ours.key == theirs.key and ours.key[0] in ("field", "value")
    if (
        numbered
        and ours.name != theirs.name
        and (base is None or base.name not in (ours.name, theirs.name))
    ):
        return (COLLISION if base is None else "edit/edit"), ""
    return None


def alias(entry: Entry) -> Hashable:
    """Fields are also known by their names: one name with two numbers is a conflict."""
    return entry.name if entry.key[0] in ("field", "value") else None


def sort(key: Hashable) -> str:
    """Numbers by their size, before everything else."""
    if isinstance(key, tuple) and isinstance(key[1:] and key[1], int):
        return f"{key[1]:012}"
    return "\0".join(map(str, key)) if isinstance(key, tuple) else str(key)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    """Broken syntax, a number or name twice, a reserved number in use."""
    try:
        before = [numbers.problems(file.parsed(SYNTAX, version)) for version in versions]
        made = numbers.problems(file.parsed(SYNTAX, text))
    except NotUnderstood:
        return file.flaws(SYNTAX, versions, text)
    new = {
        problem: place for problem, place in made.items() if not any(problem in b for b in before)
    }
    found = [
        Flaw(problem.kind, place.entry.name, place.first, place.last)
        for problem, place in new.items()
    ]
    return found or file.flaws(SYNTAX, versions, text)


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


SYNTAX = file.Syntax(
    proto_text.parse,
    field.leaf,
    clash,
    sort,
    layout_counts=False,
    alias=alias,
    repeats=("option", "reserved", "extensions", "extend"),
)

"""A definition that both sides added to one package, in two files: neither file shows it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from posixpath import dirname, join
import re
from typing import NamedTuple

from git_anvcs.merge import markers
from git_anvcs.merge.across.delta import Delta
from git_anvcs.merge.across.entities import entities
from git_anvcs.merge.across.tree import package_of, profile_of, source_of
from git_anvcs.merge.code.bindings import imports_under, module_of
from git_anvcs.merge.code.checks import Claimed, claimed
from git_anvcs.merge.code.claims import Claim, collide
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.markers import Chunk
from git_anvcs.merge.result import Options


class Twice(NamedTuple):
    """One name in the two files; `where` is `func F`, or `func F / var F`.

    keys: what it is in ours and in theirs
    shown_by: the file that has to hand out the names of both for that to matter
    """

    where: str
    keys: tuple[str, str]
    ours: str
    theirs: str
    shown_by: str = ""


class Cut(NamedTuple):
    """A file around one definition: what is above it, it, what is below; its first line, from 1."""

    before: bytes
    text: bytes
    after: bytes
    line: int


def suspects(ours: Sequence[Delta], theirs: Sequence[Delta]) -> bool:
    """Whether both sides add a line that defines the same name in one folder: cheap."""
    mine, yours = (_names(deltas) for deltas in (ours, theirs))
    return bool(mine & yours)


# A name of a group of constants or variables, alone or with its type and value.
LISTED = r"(?m:^[ \t]+(?!return|break|continue)(\w+)(?:[ \t]+[\w.*\[\]]+)?[ \t]*(?:=(?!=)|$))"


def _names(deltas: Sequence[Delta]) -> set[tuple[str, bytes]]:
    found = set()
    for one in deltas:
        profile = profile_of(one.path)
        if profile is None or not (profile.package or profile.exports):
            continue
        text = b"\n".join(one.added)
        labels = tuple(sorted({rule.label for rule in profile.definitions.values()}))
        names = (name for groups in _defining(labels).findall(text) for name in groups if name)
        found |= {(one.path.rpartition("/")[0], name) for name in names}
    return found


@cache
def _defining(labels: tuple[str, ...]) -> re.Pattern[bytes]:
    """The name behind the word that a definition starts with, or at the start of a deeper line."""
    either = "|".join(map(re.escape, labels))
    return re.compile(rf"\b(?:{either})\s+(?:\([^)]*\)\s*)?(\w+)|{LISTED}".encode())


def twice(ours: Sequence[Delta], theirs: Sequence[Delta]) -> list[Twice]:
    """The names of one package that both sides gave to something, each in another file."""
    mine, yours = (_by_name(deltas) for deltas in (ours, theirs))
    found: dict[tuple[Scope, str], Twice] = {}
    for scope in sorted(mine.keys() & yours.keys()):
        for (path, one), (other_path, two) in product(mine[scope], yours[scope]):
            profile = profile_of(path)
            if path == other_path or not profile or not collide(one, two, profile.together):
                continue
            where = " / ".join(dict.fromkeys((one.label, two.label)))
            both = Twice(where, (one.key, two.key), path, other_path, _shown(path))
            found.setdefault((scope, one.key), both)
    return list(found.values())


Scope = tuple[str, str, str]  # folder, package, name


def _by_name(deltas: Sequence[Delta]) -> dict[Scope, list[tuple[str, Claim]]]:
    found: dict[Scope, list[tuple[str, Claim]]] = {}
    for scope, path, claim in _added(deltas):
        found.setdefault((*scope, claim.name), []).append((path, claim))
    return found


def _shown(path: str) -> str:
    """The file that may hand out the names of this one; empty where a package shares them."""
    profile = profile_of(path)
    return join(dirname(path), profile.exports) if profile and profile.exports else ""


def _added(deltas: Sequence[Delta]) -> Iterator[tuple[tuple[str, str], str, Claim]]:
    """The package, the path and the name of what a side has given a name at the top of a file."""
    for one in deltas:
        profile = profile_of(one.path)
        if profile is None or not (profile.package or profile.exports) or one.after is None:
            continue
        text = one.after.decode("utf-8", "replace")
        if profile.apart and re.search(profile.apart, f"{one.path}\n{text}"):
            continue
        source, old = source_of(one.path, one.after), source_of(one.old_path, one.before)
        if source is None:
            continue
        known = _claims(old).keys() if old and one.path == one.old_path else ()
        for key, found in _claims(source).items():
            if key not in known:
                yield _scope(one.path, source), one.path, found.claim


def _claims(source: Source) -> dict[str, Claimed]:
    """What has a name at the top of a file, by key; what has it twice is left out."""
    found = [one for one in claimed(source) if one.key == one.claim.key and one.claim.once]
    often = Counter(one.key for one in found)
    return {one.key: one for one in found if often[one.key] == 1}


def _scope(path: str, source: Source) -> tuple[str, str]:
    """The package; where there are none, the folder."""
    return (dirname(path), "") if source.profile.exports else package_of(path, source)


def shows(path: str, text: bytes, modules: tuple[str, ...]) -> bool:
    """Whether a file takes all names of these modules beside it: `from .a import *`."""
    source = source_of(path, text)
    if source is None:
        return False
    stars = {rule.star for rule in source.profile.imports.values()} - {""}
    taken = {
        module_of(source, node).lstrip(".")
        for node in imports_under(source, source.root)
        if any(child.type in stars for child in node.named_children)
    }
    return {module.rpartition("/")[2].partition(".")[0] for module in modules} <= taken


def cut(path: str, text: bytes, key: str) -> Cut | None:
    """The file around a definition; None where it is not there."""
    source = source_of(path, text)
    found = _rows(source, key) if source else None
    if source is None or found is None:
        return None
    first, stop = found
    end = len(source.starts) - 1
    return Cut(source.rows(0, first), source.rows(first, stop), source.rows(stop, end), first + 1)


def _rows(source: Source, key: str) -> tuple[int, int] | None:
    """Where a definition stands, with the comments above it; one of a group without them."""
    whole = entities(source).get(key)
    if whole is not None:
        return whole.first, whole.end
    part = _claims(source).get(key)
    return (part.first - 1, part.last) if part is not None else None


def marked(one: Cut, side: str, options: Options) -> bytes:
    """The file with the definition as one side of a conflict; the other side has nothing there."""
    lines = markers.lines_of(one.text)
    sides = [[], lines, []] if side == "ours" else [[], [], lines]
    sizes = [size for part in sides for size in (0, len(part))]
    block = markers.block(sides, Chunk("conflict", *sizes), options)
    return b"".join([one.before, *block, one.after])

"""The imports that code needs which goes to another file."""

from collections.abc import Set as AbstractSet
from posixpath import dirname
import re
from typing import TYPE_CHECKING

from git_anvcs.merge.across.entities import entities
from git_anvcs.merge.across.tree import Unfit, package_of, source_of
from git_anvcs.merge.code.bindings import bindings, bound, imports_under, uses
from git_anvcs.merge.code.source import Source

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

# A module named from where the file is: `.helpers`, "./helpers", super::helpers.
RELATIVE = re.compile(rb"""\bfrom\s+\.|["']\.|\b(super|self|crate)\s*::""")


def brought(
    origin: Source, target: Source, paths: tuple[str, str], wanted: AbstractSet[str]
) -> bytes:
    """The text of `target` with the imports that the `wanted` words have in `origin`.

    paths: of both files. Raises Unfit where a word means something that cannot be had there.
    """
    known, here = bindings(origin), bindings(target)
    defined = {one.name for one in entities(target).values() if not one.inside}
    shared = package_of(paths[0], origin) == package_of(paths[1], target)
    own = {one.name for one in entities(origin).values() if not (one.inside or shared)}
    missing = set()
    for word in sorted(wanted):
        if word in known and here.get(word) != known[word]:
            if word in here or word in defined:
                raise Unfit(f"uses {word}, which is something else in {paths[1]}")
            missing.add(word)
        elif word in own - defined and word not in here:
            raise Unfit(f"uses {word} of {paths[0]}")
    return _imported(origin, target, paths, missing) if missing else target.text


def without_unused(path: str, text: bytes, base: bytes, wanted: AbstractSet[str]) -> bytes:
    """The text without the imports, new since `base`, that were there for `wanted` words only."""
    source = source_of(path, text)
    known = set(base.splitlines())
    if source is None:
        return text
    for node in reversed(list(imports_under(source, source.root))):
        names = {name for name, _origin in bound(source, node)}
        first, end = node.start_point.row, node.end_point.row + 1
        rows = source.rows(first, end)
        if not names <= wanted or known & {*rows.splitlines()} or rows.strip() != source.of(node):
            continue
        shorter = source.rows(0, first) + source.rows(end, len(source.starts) - 1)
        without = source_of(path, shorter)
        if without is not None and not any(uses(without, name) for name in names):
            source = without
    return source.text


def _imported(origin: Source, target: Source, paths: tuple[str, str], missing: set[str]) -> bytes:
    """The same with these names imported, each statement below the last one of its kind."""
    below: dict[int, list[bytes]] = {}
    for node in imports_under(origin, origin.root):
        names = {name for name, _origin in bound(origin, node)}
        if not names & missing:
            continue
        last = _last(target, node)
        row = origin.rows(node.start_point.row, node.end_point.row + 1)
        apart = dirname(paths[0]) != dirname(paths[1]) and RELATIVE.search(row)
        if names - missing or last is None or apart or row.strip() != origin.of(node):
            raise Unfit(f"needs {', '.join(sorted(names & missing))} imported in {paths[1]}")
        below.setdefault(last.end_point.row + 1, []).append(row)
        missing = missing - names
    if missing:
        raise Unfit(f"needs {', '.join(sorted(missing))} imported in {paths[1]}")
    text, at = b"", 0
    for end, added in sorted(below.items()):
        text += target.rows(at, end) + b"".join(added)
        at = end
    return text + target.rows(at, len(target.starts) - 1)


def _last(target: Source, like: "Node") -> "Node | None":
    """The last import of this kind and depth."""
    found = None
    for node in imports_under(target, target.root):
        if node.type == like.type and node.start_point.column == like.start_point.column:
            found = node
    return found

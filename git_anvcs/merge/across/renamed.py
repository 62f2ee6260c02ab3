"""A definition that one side renamed, with all its uses, while the other side added a use.

Which name means which definition is not known without a compiler. So a use is carried over only
where it can mean nothing else: the name is imported from where the definition is, or stands in the
same file or package, or is a method's behind a variable; and nobody binds the name to anything.
"""

from collections.abc import Iterator, Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.across.delta import WORD, Delta, words, words_of
from git_anvcs.merge.across.entities import Entity, entities
from git_anvcs.merge.across.tree import package_of, source_of
from git_anvcs.merge.code.bindings import bindings
from git_anvcs.merge.code.identity import similarity
from git_anvcs.merge.code.source import Source

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

LIKE = 0.6  # how much of its words, the name aside, a renamed definition keeps


class Renamed(NamedTuple):
    """side: who renamed it; where: what it is called now; path: the file that it is in

    package: the scope that it is in; method: it is reached through a value
    """

    old: str
    new: str
    side: str
    where: str
    path: str
    package: tuple[str, str]
    method: bool


class Carried(NamedTuple):
    """A file in which uses were renamed: its new text, the old one, and where (lines from 1)."""

    text: bytes
    before: bytes
    lines: tuple[int, ...]


def suspects(ours: Sequence[Delta], theirs: Sequence[Delta]) -> tuple[set[str], set[str]]:
    """The words that ours has removed and a line of theirs has added, and the other way: cheap."""
    mine, yours = words_of(ours), words_of(theirs)
    return _read(mine.gone & yours.new), _read(yours.gone & mine.new)


def _read(found: set[bytes]) -> set[str]:
    return {word.decode("utf-8", "replace") for word in found}


def renames(
    ours: Sequence[Delta], theirs: Sequence[Delta], wanted: tuple[set[str], set[str]]
) -> list[Renamed]:
    """The definitions of these names that a side renamed, with at least one use."""
    mine, yours = wanted
    return [*_of_side("ours", ours, mine), *_of_side("theirs", theirs, yours)]


def _of_side(side: str, deltas: Sequence[Delta], wanted: set[str]) -> Iterator[Renamed]:
    lost: dict[str, list[Entity]] = {}
    born: list[tuple[str, Entity]] = []
    for one in deltas:
        if not wanted & _read(words(one.removed)):
            continue
        before, after = (
            entities(source) if source else {}
            for source in (source_of(one.old_path, one.before), source_of(one.path, one.after))
        )
        for key, old in before.items():
            if key not in after and old.name in wanted:
                lost.setdefault(old.name, []).append(old)
        born += [(one.path, now) for key, now in after.items() if key not in before]
    for name, olds in lost.items():
        pairs = {found[1].name: (old, *found) for old in olds for found in _now(old, born)}
        if len(pairs) != 1 or not all(list(_now(old, born)) for old in olds):
            continue
        old, path, now = next(iter(pairs.values()))
        if _used(deltas, old, now):
            text = next(one.after for one in deltas if one.path == path)
            source = source_of(path, text)
            package = package_of(path, source) if source else (path, "")
            yield Renamed(name, now.name, side, now.where, path, package, bool(now.inside))


def _now(old: Entity, born: Sequence[tuple[str, Entity]]) -> Iterator[tuple[str, Entity]]:
    """What the definition may be called now."""
    for path, now in born:
        if now.kind != old.kind or now.name == old.name or bool(now.inside) != bool(old.inside):
            continue
        text = re.sub(rb"\b%s\b" % re.escape(old.name.encode()), now.name.encode(), old.text)
        if similarity(text, now.text) >= LIKE and now.label.split()[0] == old.label.split()[0]:
            yield path, now


def _used(deltas: Sequence[Delta], old: Entity, now: Entity) -> bool:
    """Whether a use was renamed too: a line outside that differs in just the name."""
    before, own = re.compile(rb"\b%s\b" % re.escape(old.name.encode())), set(old.text.split(b"\n"))
    for one in deltas:
        uses = [line for line in one.removed if line not in own and before.search(line)]
        added = set(one.added) if uses else set()
        if any(before.sub(now.name.encode(), line) in added for line in uses):
            return True
    return False


def carried(found: Renamed, path: str, text: bytes, own: bytes | None) -> Carried | None:
    """The merged file with the old name renamed; None where one of its places is not certain.

    own: the file as the side has it that does not know of the renaming
    """
    source, before = source_of(path, text), source_of(path, own)
    if source is None or before is None or any(_named(before, found.new)):
        return None
    places = list(_named(source, found.old))
    if not places or not all(_means(source, path, node, found) for node in places):
        return None
    out, at = b"", 0
    for node in places:
        out += text[at : node.start_byte] + found.new.encode()
        at = node.end_byte
    lines = tuple(sorted({node.start_point.row + 1 for node in places}))
    return Carried(out + text[at:], text, lines)


def speaks_of(path: str, text: bytes, name: str) -> bool:
    """Whether the code of a file has this name; a file that cannot be read may have it."""
    source = source_of(path, text)
    return source is None or any(_named(source, name))


def _named(source: Source, name: str) -> Iterator["Node"]:
    """The places where a name stands, in order: not in strings and comments."""
    for match in re.finditer(rb"(?<!\w)%s(?!\w)" % re.escape(name.encode()), source.text):
        node = source.root.descendant_for_byte_range(*match.span())
        if node is not None and not node.child_count and node.type.endswith("identifier"):
            yield node


BINDS = re.compile(rb"\s*(:|=(?!=)|,[^()\n]*=(?!=))")
BOUND = re.compile(
    rb"\b(def|class|func|function|fn|let|var|const|mut|for|as|lambda|type|global|nonlocal"
    rb"|interface|enum|struct|record|trait|new)\s+$"
)
MEMBER = re.compile(rb"(\.|->|::)\s*$")


def _means(source: Source, path: str, node: "Node", found: Renamed) -> bool:
    """Whether this place can only mean the definition that was renamed."""
    before = source.text[max(0, node.start_byte - 200) : node.start_byte]
    statement = _import_around(source, node)
    if statement is not None:
        return not before.endswith(b"as ") and _from(source.of(statement), found)
    known = bindings(source)
    if MEMBER.search(before):
        root = _root(source, node)
        origins = known.get(root)
        if origins:
            return not found.method and all(_from(one.encode(), found) for one in origins)
        return found.method
    parent = node.parent
    if BOUND.search(before) or BINDS.match(source.text, node.end_byte):
        return False
    if found.method or (parent is not None and "parameter" in parent.type):
        return False
    origins = known.get(found.old)
    if origins:
        return all(_from(one.encode(), found) for one in origins)
    return found.package in ((path, ""), package_of(path, source))


def _import_around(source: Source, node: "Node") -> "Node | None":
    parent = node.parent
    while parent is not None and parent.type not in source.profile.imports:
        parent = parent.parent
    return parent


def _from(module: bytes, found: Renamed) -> bool:
    """Whether what an import says names the file of the definition, or its folder."""
    folder, _, file = found.path.rpartition("/")
    wanted = {file.partition(".")[0], folder.rpartition("/")[2]} - {""}
    return bool(wanted & {word.decode("utf-8", "replace") for word in WORD.findall(module)})


def _root(source: Source, node: "Node") -> str:
    """The name that a chain of members begins with."""
    at = node
    while at.parent is not None and at.parent.start_byte < node.start_byte:
        wider = at.parent
        if wider.end_byte > node.end_byte:
            break
        at = wider
    while at.child_count:
        at = at.children[0]
    return source.of(at).decode("utf-8", "replace")

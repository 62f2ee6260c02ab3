"""Source code as units: definitions, and in modules and classes constants and imports too."""

from collections.abc import Callable, Iterator, Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.bindings import importing, module_of, names_in
from git_anvcs.merge.code.checks import body_of
from git_anvcs.merge.code.identity import Identity, Within, definition, identity, unwrapped
from git_anvcs.merge.code.items import CLOSING, OPENING, Item, body, last_row, members
from git_anvcs.merge.code.merger import bare
from git_anvcs.merge.code.paths import COMMENTS, under
from git_anvcs.merge.code.source import Source, gather, read
from git_anvcs.merge.difference import usage
from git_anvcs.merge.difference.rest import differing
from git_anvcs.merge.difference.unit import Own, Unit, whole
from git_anvcs.merge.profile import Profile

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Part(NamedTuple):
    """What a unit of source code is made of.

    node: the statement; body: where the units in it stand, if anywhere
    start: the row where the statement begins, below its comments
    first, end: the rows of the body
    scope: names in the body belong to a module or class
    public: whether others may use what is in it
    """

    source: Source
    node: "Node"
    body: "Node | None"
    start: int
    first: int
    end: int
    scope: bool
    public: bool = False


class Code(NamedTuple):
    """Files of one language; public: whether others may use what is in this one."""

    profile: Profile
    public: bool

    def root(self, text: bytes) -> Unit:
        source = read(self.profile, bare(text))
        rows = len(source.starts) - 1
        part = Part(source, source.root, source.root, 0, 0, rows, True, self.public)
        return Unit("module", "", "", source.text, (0, rows), node=part)

    def inside(self, old: Unit | None, new: Unit | None) -> tuple[Sequence[Unit], Sequence[Unit]]:
        return tuple(list(units(unit)) if unit else [] for unit in (old, new))  # type: ignore[return-value]

    def own(self, old: Unit, new: Unit) -> Own | None:
        one, two = looked_at(old), looked_at(new)
        run = differing(one.texts, two.texts, (one.rows, two.rows))
        if not run.old and not run.new:
            return None
        aspects = tuple(
            name
            for name, before, after in zip(ASPECTS, one.says, two.says, strict=True)
            if before != after
        )
        told = (one.told, two.told) if {*aspects} & {*SHOWN} else ("", "")
        stumbles = "signature" if broken(old, new, aspects) else ""
        return Own(aspects or ("layout",), *told, tuple(run.old), tuple(run.new), stumbles)

    def told(self, unit: Unit) -> str:
        return looked_at(unit).told


def broken(old: Unit, new: Unit, aspects: Sequence[str]) -> bool:
    one, two = part_of(old), part_of(new)
    if not (old.public and new.public and "signature" in aspects):
        return False
    return usage.breaks((one.source, one.node), (two.source, two.node))


ASPECTS = ("signature", "value", "names", "body", "comment")
SHOWN = ("signature", "value", "names")  # the aspects whose old and new text is worth showing
LONGEST = 2000  # bytes of such a text

_BEFORE, _AFTER = re.compile(r",? ([)\]])"), re.compile(r"([(\[]) ")

Tokens = tuple[bytes, ...]


class Look(NamedTuple):
    """What a unit says itself, without the units in it.

    rows: its own rows, texts: what stands in them
    says: for each aspect what must be equal for it to be unchanged
    told: the signature, the value or the names, in a line
    """

    rows: list[int]
    texts: list[bytes]
    says: tuple[Tokens, ...]
    told: str


def looked_at(unit: Unit) -> Look:
    part = part_of(unit)
    source = part.source
    taken = {row: one.lines[1] for one in units(unit) for row in whole(one)}
    rows = [row for row in range(*unit.lines) if row not in taken]
    texts = [source.rows(row, row + 1) for row in rows]
    notes: list[bytes] = []

    def without(node: "Node") -> bool:
        if node.type in COMMENTS:
            notes.extend(source.of(node).split())
            return True
        return node.end_point.row < taken.get(node.start_point.row, 0)

    head: Tokens = marks(part, unit.lines[0])
    inner: Tokens = ()
    value: Tokens = ()
    names: Tokens = ()
    if part.body is not None:
        text = source.text[part.node.start_byte : head_end(part.body)]
        head += gathered(source, part.node, without, part.body)
        inner = gathered(source, part.body, without)
    elif unit.kind == "import":
        names = tuple(sorted(name.encode() for name in names_in(source, part.node)))
        names = names or gathered(source, part.node, without)
        text = b", ".join(names)
    else:
        text = source.of(part.node)
        value = gathered(source, part.node, without)
    notes += source.rows(unit.lines[0], part.start).split()
    return Look(rows, texts, (head, value, names, inner, tuple(notes)), line_of(text))


def marks(part: Part, first: int) -> Tokens:
    """What stands in front of a statement and belongs to it: attributes."""
    found: list[bytes] = []
    mark = part.node.prev_sibling
    while mark is not None and mark.start_point.row >= first:
        if mark.type in part.source.profile.leading:
            found += part.source.of(mark).split()
        mark = mark.prev_sibling
    return tuple(found)


def head_end(body: "Node") -> int:
    """Where the head before a body ends, comments left out."""
    before = body.prev_sibling
    while before is not None and before.type in COMMENTS:
        before = before.prev_sibling
    return before.end_byte if before is not None else body.start_byte


def gathered(
    source: Source,
    node: "Node",
    without: Callable[["Node"], bool],
    leave_out: "Node | None" = None,
) -> Tokens:
    """The tokens of a node without comments and without what is left out."""
    found: list[bytes] = []
    beyond = leave_out.id if leave_out is not None else -1
    gather(source, node, 0, found, lambda one: one.id == beyond or without(one))
    return tuple(found)


def line_of(text: bytes) -> str:
    """A text as one line, without what opens a body."""
    said = " ".join(text[:LONGEST].decode("utf-8", "replace").split())
    said = _AFTER.sub(r"\1", _BEFORE.sub(r"\1", said))
    return said.rstrip(" {:=>(")


def part_of(unit: Unit) -> Part:
    if not isinstance(unit.node, Part):
        raise TypeError("a unit of another form")
    return unit.node


def units(unit: Unit) -> list[Unit]:
    """The units in a unit, from its first to its last."""
    part = part_of(unit)
    if part.body is None:
        return []
    return list(within(part, part.body, part.first, part.end))


def within(part: Part, node: "Node", first: int, end: int) -> Iterator[Unit]:
    """The units of a body that fills these rows; in scopes also those under `if` and in groups."""
    source = part.source
    found = body(source, node, first, end)
    place = Within(found.scope, found.fixed)
    for item in found.items:
        if len(item.nodes) != 1:
            continue
        unit = unit_of(item, place, part)
        if unit is not None:
            yield unit
        elif part.scope:
            for block, top, bottom in blocks(source, item.nodes[0], item.end):
                yield from within(part, block, top, bottom)


def unit_of(item: Item, place: Within, around: Part) -> Unit | None:
    """A definition; where names of a scope stand also an import or a constant."""
    source, node = item.source, item.nodes[0]
    named = definition(source, node)
    if named is None and not around.scope:
        return None
    if named is None or not named.label:
        named = identity(item, place)
    kind, name = called(source, node, named)
    if not kind:
        return None
    inner, _marks = unwrapped(source, node)
    holder = holding(source, node, inner)
    top, bottom = rows_in(source, holder, item.end) if holder is not None else (0, 0)
    names = inner.type in source.profile.classes
    head = source.text[node.start_byte : holder.start_byte if holder else node.end_byte]
    member = around.node.id != source.root.id
    public = around.public and around.scope and kind != "import"
    public = public and usage.is_public(source.profile, name, head, member=member)
    part = Part(source, node, holder, item.start, top, bottom, names, public)
    gap = item.sep.count(b"\n")
    text = source.rows(item.first, item.end)
    used = public and not usage.says_nothing(source.profile, name)
    return Unit(kind, name, named.key, text, (item.first, item.end), gap, part, public=used)


def called(source: Source, node: "Node", named: Identity) -> tuple[str, str]:
    """The kind and the name of a unit; empty for what is none."""
    if importing(source, node):
        return "import", f"import {module_of(source, node) or named.key.split()[-1]}"
    if named.label and not named.key.startswith("= "):
        return named.label.partition(" ")[0], named.label
    if named.key.startswith("= "):
        return "constant", named.key[2:]
    return "", ""


def holding(source: Source, node: "Node", inner: "Node") -> "Node | None":
    """The body of a definition, if it fills rows of its own."""
    found = body_of(source, inner)
    if found is None and inner.type not in source.profile.definitions:
        rule = source.profile.constants.get(inner.type)
        kinds = source.profile.blocks
        if inner.type in source.profile.calls or (rule and rule.plain):
            found = next((one for one in under(node) if one.type in kinds), None)
    return found


def blocks(source: Source, node: "Node", end: int) -> Iterator[tuple["Node", int, int]]:
    """The bodies in a statement that is no definition: of `if`, of a group of imports."""
    profile = source.profile
    if node.type in profile.blocks:
        yield (node, *rows_in(source, node, end))
        return
    for child in node.children:
        if child.type in profile.blocks:
            yield (child, *rows_in(source, child, last_row(child) + 1))
        elif child.type in profile.clauses:
            yield from blocks(source, child, last_row(child) + 1)


def rows_in(source: Source, node: "Node", end: int) -> tuple[int, int]:
    """The rows between the brackets of a body, or of the statements in it."""
    found = members(source.profile, node)
    if not found:
        return end, end
    if not source.profile.braces:
        before = node.prev_sibling
        while before is not None and before.type in COMMENTS:
            before = before.prev_sibling
        return (before.end_point.row + 1 if before else node.start_point.row), end
    opening = next((one for one in node.children if one.type in OPENING), None)
    closing = node.children[-1]
    top = opening.start_point.row + 1 if opening is not None else node.start_point.row
    bottom = closing.start_point.row if closing.type in CLOSING else last_row(node) + 1
    return top, bottom

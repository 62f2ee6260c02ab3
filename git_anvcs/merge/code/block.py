"""Merges bodies: statements on lines of their own, and what is inside those both sides changed."""

from collections.abc import Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code import imports, inline
from git_anvcs.merge.code.align import Matching
from git_anvcs.merge.code.blanks import spaced
from git_anvcs.merge.code.combine import Combine
from git_anvcs.merge.code.identity import Identity, definition, identity, unwrapped
from git_anvcs.merge.code.items import Body, Item, body
from git_anvcs.merge.code.outcome import (
    Clash,
    Parts,
    Place,
    Unmerged,
    by_lines,
    joined,
    simple,
)
from git_anvcs.merge.code.sequence import three_way
from git_anvcs.merge.code.source import Source, tokens

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


def merge(place: Place, base: Body, ours: Body, theirs: Body) -> Parts:
    """The merged body with its blank lines."""
    entries = three_way(base.items, ours.items, theirs.items, combine(place, ours.scope))
    return spaced(entries, (base, ours, theirs))


def combine(place: Place, scope: bool) -> Combine[Item]:
    return Combine(
        matching=Matching[Item](lambda x: x.text, lambda x: identity(x, scope), kind_of),
        pair=lambda base, ours, theirs: merge_item(place, base, ours, theirs),
        twin=lambda mine, yours: twin(place, mine, yours),
        dropped=lambda base, left, side: merge_dropped(place, base, left, side),
        clash=lambda base, ours, theirs, kind: clash_of(
            place_of(place, [*ours, *theirs, *base], scope), base, ours, theirs, kind
        ),
        between=lambda mine, yours: side_by_side(mine, yours, scope),
        note=lambda rule, mine, yours: noted(place, rule, mine, yours),
        needed=lambda item: imports.needed(place, item),
        rank=imports.rank,
    )


def noted(place: Place, rule: str, mine: Sequence[Item], yours: Sequence[Item]) -> None:
    ours, theirs = (b"".join(item.text for item in run) for run in (mine, yours))
    place.note(rule, b"", ours, theirs, ours + theirs)


def twin(place: Place, mine: Item, yours: Item) -> Parts | None:
    """Both sides added an item with one key: imports unite, anything else is a clash."""
    if not imports.is_import(mine):
        return None
    try:
        return imports.add(place, mine, yours)
    except Unmerged:
        return None


def kind_of(item: Item) -> str:
    return unwrapped(item.source, item.nodes[0])[0].type if len(item.nodes) == 1 else item.kind


def side_by_side(mine: Sequence[Item], yours: Sequence[Item], scope: bool) -> bool:
    """Whether both sides may do this at one place: at most one of them where order counts."""
    fixed = [
        any(not identity(item, scope).free for item in run if item.nodes) for run in (mine, yours)
    ]
    if all(fixed) or imports.collide(mine, yours):
        return False
    return not (names_in(mine, scope) & runs(yours) or names_in(yours, scope) & runs(mine))


def names_in(items: Sequence[Item], scope: bool) -> set[bytes]:
    """What the definitions and constants among the items are called."""
    labels = (identity(item, scope).label for item in items)
    return {label.split()[-1].encode() for label in labels if label}


def runs(items: Sequence[Item]) -> set[bytes]:
    """The words of statements that run where they stand: order counts for what they name.

    The name that an assignment binds is none of them.
    """
    found: set[bytes] = set()
    for item in items:
        if len(item.nodes) != 1 or imports.is_import(item) or defines(item):
            continue
        name = identity(item, scope=True).label
        words = re.findall(rb"\w+", item.source.of(item.nodes[0]))
        found.update(words[1:] if name else words)
    return found


def defines(item: Item) -> bool:
    return definition(item.source, item.nodes[0]) is not None


def place_of(place: Place, items: Sequence[Item], scope: bool) -> Place:
    """Named after the first definition among the items."""
    labels = (identity(item, scope).label for item in items)
    return place.inside(next((label for label in labels if label), ""))


def clash_of(
    place: Place, base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item], kind: str
) -> Parts:
    """A run of statements that no rule combines; without a definition in it, as Git merges it."""
    texts = [
        b"".join((item.sep if i else b"") + item.text for i, item in enumerate(run))
        for run in (base, ours, theirs)
    ]
    whole = Clash(kind, place.where, texts[0], texts[1], texts[2])
    if not base or not ours or not theirs:
        return [whole]
    return by_lines(place, *texts)


def merge_dropped(place: Place, base: Item, left: Item, side: str) -> Parts | None:
    """One side deleted what the other edited: fine for imports and where only layout changed."""
    if imports.is_import(base) and imports.is_import(left):
        try:
            return imports.remain(place, base, left, side)
        except Unmerged:
            return None
    old, new = (b"".join(b" ".join(tokens(x.source, n)) for n in x.nodes) for x in (base, left))
    if not base.nodes or old != new:
        return None
    mine, yours = (left.text, b"") if side == "ours" else (b"", left.text)
    place.note("delete-reformatted", base.text, mine, yours, b"")
    return []


def merge_item(place: Place, base: Item, ours: Item, theirs: Item) -> Parts:
    """One statement in three versions."""
    done = simple(base.text, ours.text, theirs.text)
    if done is not None and not imports.needed(place, base):
        return [done]
    triple = (base, ours, theirs)
    inner = place.inside(identity(ours, scope=False).label)
    mark = len(place.log)
    try:
        if all(imports.is_import(item) for item in triple):
            return imports.merge(inner, *triple)
        if len({kind_of(item) for item in triple}) == 1 and all(len(x.nodes) == 1 for x in triple):
            return merge_statement(inner, *triple)
    except Unmerged:
        del place.log[mark:]
    return by_lines(inner, base.text, ours.text, theirs.text)


class Clause(NamedTuple):
    """A header, the rows of its body, and the body's node if it stands on rows of its own."""

    source: Source
    node: "Node"
    first: int  # with the comments in front
    start: int
    header_end: int
    end: int
    block: "Node | None"

    @property
    def text(self) -> bytes:
        return self.source.rows(self.first, self.end)


def merge_statement(place: Place, base: Item, ours: Item, theirs: Item) -> Parts:
    """A statement of the same kind in all versions: its comments, its clauses, their bodies."""
    lists = [clauses(item) for item in (base, ours, theirs)]
    if all(len(one) == 1 for one in lists):
        return merge_clause(place, *(one[0] for one in lists))

    def clash(*_: object) -> Parts:
        raise Unmerged

    def between(_mine: Sequence[Clause], _yours: Sequence[Clause]) -> bool:
        return False

    def pair(old: Clause, mine: Clause, yours: Clause) -> Parts:
        done = simple(old.text, mine.text, yours.text)
        return [done] if done is not None else merge_clause(place, old, mine, yours)

    how = Combine[Clause](
        matching=Matching(lambda x: x.text, clause_identity, lambda x: x.node.type),
        pair=pair,
        twin=lambda _mine, _yours: None,
        dropped=lambda _base, _left, _side: None,
        clash=clash,
        between=between,
        note=lambda _rule, _mine, _yours: None,
    )
    entries = three_way(lists[0], lists[1], lists[2], how)
    return [part for entry in entries for part in entry.parts]


def clause_identity(clause: Clause) -> Identity:
    if clause.node.type not in clause.source.profile.clauses:
        return Identity("head")
    header = clause.source.rows(clause.start, clause.header_end)
    return Identity(b" ".join(header.split()).decode("utf-8", "replace"))


def clauses(item: Item) -> list[Clause]:
    """A statement cut at its bodies; one clause without a body for a plain statement."""
    node, _marks = unwrapped(item.source, item.nodes[0])
    source, profile = item.source, item.source.profile
    owners = [node, *(child for child in node.children if child.type in profile.clauses)]
    starts = [item.start, *(owner.start_point.row for owner in owners[1:])]
    found: list[Clause] = []
    for place, owner in enumerate(owners):
        block = next((child for child in owner.children if child.type in profile.blocks), None)
        first = item.first if place == 0 else found[-1].end
        end = starts[place + 1] if place + 1 < len(owners) else item.end
        end = described(source, end, item.start) if place + 1 < len(owners) else end
        header_end = header_rows(block) if block else end
        if block and block.children[0].start_point.row < header_end:
            block, header_end = None, end
        if not first <= starts[place] < header_end <= end:
            raise Unmerged
        found.append(Clause(source, owner, first, starts[place], header_end, end, block))
    return found


def described(source: Source, end: int, start: int) -> int:
    """Comments above `else:`, not indented deeper than it, belong to it."""
    row = end
    while row > start and source.comment(row - 1) and source.indent(row - 1) <= source.indent(end):
        row -= 1
    return row


def header_rows(block: "Node") -> int:
    """The row after the header: after the colon."""
    before = block.prev_sibling
    while before is not None and before.type == "comment":
        before = before.prev_sibling
    if before is None:
        raise Unmerged
    return before.end_point.row + 1


def merge_clause(place: Place, base: Clause, ours: Clause, theirs: Clause) -> Parts:
    triple = (base, ours, theirs)
    heads = [one.source.rows(one.start, one.header_end) for one in triple]
    leads = [one.source.rows(one.first, one.start) for one in triple]
    parts = by_lines(place, *leads)
    parts += merge_header(place, heads, triple)
    blocks = [one.block for one in triple]
    if all(blocks):
        bodies = [
            body(one.source, block, one.header_end, one.end)
            for one, block in zip(triple, blocks, strict=True)
            if block
        ]
        return parts + merge(place, *bodies)
    return parts + by_lines(place, *(one.source.rows(one.header_end, one.end) for one in triple))


def merge_header(place: Place, heads: list[bytes], triple: tuple[Clause, Clause, Clause]) -> Parts:
    """Decorators and the line with the name, or all of a statement without a body."""
    done = simple(*heads)
    if done is not None:
        return [done]
    mark = len(place.log)
    try:
        cuts = [decorated(one) for one in triple]
        parts = merge_marks(place, *(marks for marks, _rest in cuts))
        old, mine, yours = (
            header_fields(one, rest) for one, (_marks, rest) in zip(triple, cuts, strict=True)
        )
        text = inline.merge_fields(place, old, mine, yours)
    except Unmerged:
        del place.log[mark:]
        return by_lines(place, *heads)
    rule = "header" if triple[0].block else "statement"
    place.note(rule, heads[0], heads[1], heads[2], joined([*parts, text]))
    return [*parts, text]


def decorated(clause: Clause) -> tuple[list[bytes], int]:
    """The decorators as lines of text, and the row where the rest of the header starts."""
    parent = clause.node.parent
    wrapper = clause.source.profile.wrappers.get(parent.type) if parent is not None else None
    if wrapper is None or parent is None:
        return [], clause.start
    marks = []
    row = clause.start
    for child in parent.children:
        if child.type == wrapper.mark:
            marks.append(clause.source.rows(row, child.end_point.row + 1))
            row = child.end_point.row + 1
    if row != clause.node.start_point.row:
        raise Unmerged
    return marks, row


def merge_marks(place: Place, base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> Parts:
    """Decorators are a set: what either side added or deleted, in order."""

    def fail(*_: object) -> Parts:
        raise Unmerged

    def named(mark: bytes) -> Identity:
        return Identity(mark.decode("utf-8", "replace"), once=True, free=True)

    how = Combine[bytes](
        matching=Matching(lambda mark: mark, named, lambda _mark: "decorator"),
        pair=lambda old, mine, yours: [one_sided(old, mine, yours)],
        twin=fail,
        dropped=fail,
        clash=fail,
        between=lambda _mine, _yours: True,
        note=lambda rule, mine, yours: place.note(
            rule, b"", b"".join(mine), b"".join(yours), b"".join([*mine, *yours])
        ),
    )
    entries = three_way(base, ours, theirs, how)
    return [part for entry in entries for part in entry.parts]


def one_sided(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    done = simple(base, ours, theirs)
    if done is None:
        raise Unmerged
    return done


def header_fields(clause: Clause, row: int) -> inline.Fields:
    """The children of the header, without bodies."""
    profile = clause.source.profile
    skip = {*profile.blocks, *profile.clauses}
    limit = clause.source.starts[clause.header_end]
    nodes = [
        child
        for child in clause.node.children
        if child.type not in skip and child.end_byte <= limit
    ]
    if not clause.block and not nodes:
        raise Unmerged
    start = clause.source.starts[row]
    return inline.fields(clause.source, clause.node, start, limit, nodes)

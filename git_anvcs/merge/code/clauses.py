"""A statement cut at its bodies: each header with the body below it."""

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.holes import holes
from git_anvcs.merge.code.identity import unwrapped
from git_anvcs.merge.code.items import Item
from git_anvcs.merge.code.outcome import Unmerged
from git_anvcs.merge.code.paths import COMMENTS
from git_anvcs.merge.code.source import Source

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Clause(NamedTuple):
    """A header, the rows of its body, and the body's node if it stands on rows of its own."""

    source: Source
    node: "Node"
    first: int  # with the comments in front
    start: int
    header_end: int
    end: int
    block: "Node | None"
    lead: bool = True  # the one that the statement begins with

    @property
    def text(self) -> bytes:
        return self.source.rows(self.first, self.end)


def clauses(item: Item) -> list[Clause]:
    """A statement cut at its bodies; one clause without a body for a plain statement."""
    node, _marks = unwrapped(item.source, item.nodes[0])
    source, profile = item.source, item.source.profile
    if profile.braces:
        return pieces(item, node)
    owners = [node, *(child for child in node.children if child.type in profile.clauses)]
    starts = [item.start, *(owner.start_point.row for owner in owners[1:])]
    found: list[Clause] = []
    for place, owner in enumerate(owners):
        block = next((child for child in owner.children if child.type in profile.blocks), None)
        first = item.first if place == 0 else found[-1].end
        end = starts[place + 1] if place + 1 < len(owners) else item.end
        end = described(source, end, item.start) if place + 1 < len(owners) else end
        header_end = header_rows(block) if block else end
        if block and (not block.children or block.children[0].start_point.row < header_end):
            block, header_end = None, end
        if not first <= starts[place] < header_end <= end:
            raise Unmerged
        found.append(Clause(source, owner, first, starts[place], header_end, end, block))
    return found


def pieces(item: Item, node: "Node") -> list[Clause]:
    """A statement cut at the bodies in it, wherever they stand; the last piece has none."""
    source = item.source
    found: list[Clause] = []
    first, start = item.first, item.start
    for hole in holes(source, item.nodes[0]):
        if hole.first <= start or hole.end < hole.first or hole.end > item.end:
            raise Unmerged
        lead = not found
        found.append(Clause(source, node, first, start, hole.first, hole.end, hole.node, lead))
        first = start = hole.end
    if start < item.end:
        found.append(Clause(source, node, first, start, item.end, item.end, None, not found))
    return found


def plain(item: Item) -> Clause:
    """A statement in one piece."""
    node, _marks = unwrapped(item.source, item.nodes[0])
    return Clause(item.source, node, item.first, item.start, item.end, item.end, None)


def described(source: Source, end: int, start: int) -> int:
    """Comments above `else:`, not indented deeper than it, belong to it."""
    row = end
    while row > start and source.comment(row - 1) and source.indent(row - 1) <= source.indent(end):
        row -= 1
    return row


def header_rows(block: "Node") -> int:
    """The row after the header: after the colon."""
    before = block.prev_sibling
    while before is not None and before.type in COMMENTS:
        before = before.prev_sibling
    if before is None:
        raise Unmerged
    return before.end_point.row + 1


def decorated(clause: Clause) -> tuple[list[bytes], int]:
    """The decorators as lines of text, and the row where the rest of the header starts."""
    if clause.source.profile.leading:
        return led(clause)
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


def led(clause: Clause) -> tuple[list[bytes], int]:
    """The same where marks stand in front of the statement: attributes."""
    outer = outermost(clause.source, clause.node)
    rows = []
    mark = outer.prev_sibling
    while mark is not None and mark.type in clause.source.profile.leading:
        rows.append((mark.start_point.row, mark.end_point.row + 1))
        mark = mark.prev_sibling
    row = clause.start
    for first, end in reversed(rows):
        if first < row:
            raise Unmerged
        row = end
    if row != outer.start_point.row:
        raise Unmerged
    starts = [clause.start, *(end for _first, end in reversed(rows))]
    return [clause.source.rows(first, end) for first, end in pairwise(starts)], row


def outermost(source: Source, node: "Node") -> "Node":
    """The node with the wrapper around it."""
    parent = node.parent
    return parent if parent is not None and parent.type in source.profile.wrappers else node

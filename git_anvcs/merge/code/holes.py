"""Bodies between brackets, on rows of their own: what a statement is cut at.

    describe("a thing", () => {      the header
      it("works", …);                the body: a hole in the statement
    });                              the footer, or the header of the next body

A body whose first or last statement shares a row with its brackets is none.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.items import CLOSING, OPENING, between, closed, last_row, opened
from git_anvcs.merge.code.paths import COMMENTS, at
from git_anvcs.merge.code.source import Source

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Hole(NamedTuple):
    """The rows of a body, from `first` up to `end`, not included."""

    node: "Node"
    first: int
    end: int


def holes(source: Source, node: "Node") -> Iterator[Hole]:
    """The outermost bodies of a statement, in order."""
    if node.start_point.row == node.end_point.row or not clear(source, node):
        return
    found = hole(source, node)
    if found:
        yield found
    for child in continued(source, node) if found else node.children:
        yield from holes(source, child)


def clear(source: Source, node: "Node") -> bool:
    """Whether a node is understood, or at least what holds definitions in it."""
    profile = source.profile
    kinds = (profile.regions, profile.classes, profile.scopes)
    return not node.has_error or any(node.type in one for one in kinds)


def continued(source: Source, node: "Node") -> list["Node"]:
    """The region that goes on where this one ends: `#else`."""
    rule = source.profile.regions.get(node.type)
    found = at(node, rule.next) if rule and rule.next else None
    return [] if found is None else [found]


def hole(source: Source, node: "Node") -> Hole | None:
    """The body that a node is, when it stands on rows of its own."""
    profile = source.profile
    if node.type in profile.regions:
        return region(source, node)
    if node.type in profile.sections:
        return section(node)
    if node.type not in profile.blocks and node.type not in profile.comma_blocks:
        return None
    children = node.children
    start = next((i for i, one in enumerate(children) if one.type in OPENING), None)
    if start is None or children[-1].type not in CLOSING:
        return bare(source, node)
    inner, opening, closing = children[start + 1 : -1], children[start], children[-1]
    first, end = opening.end_point.row + 1, closing.start_point.row
    if first > end or source.text[source.starts[end] : closing.start_byte].strip():
        return None
    if not alone(inner, first, end):
        return None
    if node.type in profile.comma_blocks and not commas(inner, profile.leading):
        return None
    return Hole(node, first, end)


def alone(inner: list["Node"], first: int, end: int) -> bool:
    """Whether all that stands in a body starts and ends on its rows."""
    row = first - 1
    for node in inner:
        if node.type in COMMENTS:
            if across(node, first) or across(node, end):
                return False
            continue
        if node.start_point.row < first or last_row(node) >= end:
            return False
        if not node.is_named and node.start_point.row != row:
            return False  # a comma or semicolon in front of what it belongs to
        row = last_row(node)
    return True


def across(comment: "Node", row: int) -> bool:
    """Whether a comment starts above a row and ends in or below it."""
    end = comment.end_point
    return comment.start_point.row < row and (end.row > row or (end.row == row and end.column > 0))


def commas(inner: list["Node"], leading: tuple[str, ...]) -> bool:
    """Whether a comma stands behind every element, on its row."""
    found = [one for one in inner if one.type not in COMMENTS and one.type not in leading]
    elements, marks = found[::2], found[1::2]
    return len(elements) == len(marks) and all(
        one.is_named and mark.type == "," and mark.start_point.row == one.end_point.row
        for one, mark in zip(elements, marks, strict=True)
    )


def region(source: Source, node: "Node") -> Hole | None:
    """What stands between the first line of a region and the line that ends it."""
    first = last_row(opened(source.profile, node)) + 1
    inner, stop = between(source.profile, node), closed(source.profile, node)
    end = stop.start_point.row if stop is not None else last_row(node) + 1
    fits = first <= end and alone(inner, first, end)
    return Hole(node, first, end) if fits else None


def section(node: "Node") -> Hole | None:
    """What stands below `case x:`."""
    children = node.children
    place = next((i for i, one in enumerate(children) if one.type == ":"), None)
    rest = [] if place is None else [c for c in children[place + 1 :] if c.type not in COMMENTS]
    if place is None or not rest:
        return None
    first, end = children[place].end_point.row + 1, last_row(node) + 1
    return Hole(node, first, end) if rest[0].start_point.row >= first else None


def bare(source: Source, node: "Node") -> Hole | None:
    """A body without brackets, between two words: `then` … `end`."""
    before, after = neighbour(node, -1), neighbour(node, 1)
    if before is None or after is None or not node.named_child_count:
        return None
    first, end = before.end_point.row + 1, after.start_point.row
    # Of the node itself the newline behind the word in front of it can be a part.
    if not first <= node.named_children[0].start_point.row <= last_row(node) < end:
        return None
    if source.text[source.starts[end] : after.start_byte].strip():
        return None
    return Hole(node, first, end)


def neighbour(node: "Node", way: int) -> "Node | None":
    found = node.next_sibling if way > 0 else node.prev_sibling
    while found is not None and found.type in COMMENTS:
        found = found.next_sibling if way > 0 else found.prev_sibling
    return found

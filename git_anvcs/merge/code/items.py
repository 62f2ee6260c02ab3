"""A body cut into items: statements with the comments that describe them, on lines of their own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.paths import COMMENTS, at
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.profile import Profile

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Item(NamedTuple):
    """Rows `first` to `end` of a source; `start` is where the statement begins, after its comments.

    nodes: the statements; none for a comment that stands alone, several when they share a row
    sep: the blank lines in front
    """

    source: Source
    nodes: tuple["Node", ...]
    first: int
    start: int
    end: int
    sep: bytes
    text: bytes

    @property
    def kind(self) -> str:
        if len(self.nodes) == 1:
            return self.nodes[0].type
        return "several" if self.nodes else "comment"


class Body(NamedTuple):
    """The items of a body and the blank lines after the last one.

    scope: its names are the names of a scope (a module)
    fixed: something in it pins all others to their places
    parted: something in it says what holds for all that is below (`private:`)
    names: it holds each name once (a module, a class)
    """

    items: list[Item]
    tail: bytes
    scope: bool
    fixed: bool = False
    parted: bool = False
    names: bool = False


def body(source: Source, node: "Node", first: int, end: int) -> Body:
    """The items of a block that fills the rows from `first` to `end`."""
    inside = members(source.profile, node)
    groups = list(rows_of(inside, source.profile.leading))
    indent = source.indent(groups[0][1]) if groups else 0
    items: list[Item] = []
    row = first
    for nodes, start, stop in groups:
        row = deeper(source, items, row, start, indent)
        row = alone(source, items, row, start, nodes)
        items.append(item(source, nodes, row, start, stop))
        row = stop
    row = deeper(source, items, row, end, indent)
    row = alone(source, items, row, end, ())
    scope = scoped(source.profile, node)
    kinds = {one.type for one in inside}
    fixed = not kinds.isdisjoint(source.profile.barriers)
    parted = not kinds.isdisjoint(source.profile.contexts)
    names = scope or held(source.profile, node)
    return Body(items, source.rows(row, end), scope, fixed, parted, names)


OPENING = ("{", "(", "[")
CLOSING = ("}", ")", "]")


def members(profile: Profile, node: "Node") -> list["Node"]:
    """The statements of a body, without what only holds them together."""
    found = node.children
    if node.type in profile.regions:
        found = between(profile, node)
    elif node.type in profile.sections:
        colon = next((i for i, one in enumerate(found) if one.type == ":"), -1)
        found = found[colon + 1 :]
    elif profile.braces and found and found[-1].type in CLOSING:
        start = next((i for i, one in enumerate(found) if one.type in OPENING), -1)
        found = found[start + 1 :]
    flat: list[Node] = []
    for child in found:
        if child.is_named and child.type not in COMMENTS:
            flat += members(profile, child) if child.type in profile.flat else [child]
    return flat


def between(profile: Profile, node: "Node") -> list["Node"]:
    """The children of a region without its first line and what ends it."""
    start, stop = opened(profile, node), closed(profile, node)
    end = stop.start_byte if stop is not None else node.end_byte
    return [c for c in node.children if c.start_byte >= start.end_byte and c.end_byte <= end]


def opened(profile: Profile, node: "Node") -> "Node":
    """The last part of the first line of a region."""
    after = profile.regions[node.type].after
    return (at(node, after) if after else None) or node.children[0]


def closed(profile: Profile, node: "Node") -> "Node | None":
    """What a region ends in front of: the next one, or the word that ends it, if it has one."""
    rule, last = profile.regions[node.type], node.children[-1]
    path = rule.next or rule.end
    found = at(node, path) if path else None
    if found is not None or last.is_named or last.id == node.children[0].id:
        return found
    return last if last.type.strip() else None


def scoped(profile: Profile, node: "Node") -> bool:
    """Whether the names in a body are those of a scope; a region is a part of what it stands in."""
    found: Node | None = node
    while found is not None and (found.type in profile.regions or found.type in profile.flat):
        found = found.parent
    return found is not None and found.type in profile.scopes


def held(profile: Profile, node: "Node") -> bool:
    """Whether a body is that of a definition that holds names, or a region in one."""
    found: Node | None = node
    while found is not None and found.type in {*profile.regions, *profile.flat}:
        found = found.parent
    return found is not None and found.parent is not None and found.parent.type in profile.classes


def rows_of(
    nodes: list["Node"], leading: tuple[str, ...]
) -> Iterator[tuple[tuple["Node", ...], int, int]]:
    """Statements that share a row, with the rows they fill; marks go with what they mark."""
    held: list[Node] = []
    start = stop = 0
    marked = False  # only marks so far: what they mark comes next
    for child in nodes:
        if marked:
            held = held if child.type in leading else [child]
        elif held and child.start_point.row < stop:
            held.append(child)
        else:
            if held:
                yield tuple(held), start, stop
            held, start = [child], child.start_point.row
        marked = child.type in leading and held[0].type in leading
        stop = last_row(child) + 1
    if held:
        yield tuple(held), start, stop


def last_row(node: "Node") -> int:
    """The row of the last token; comments at the end and what the grammar misses are left out."""
    while node.children:
        rest = [
            child
            for child in node.children[-8:]
            if child.type not in COMMENTS and not child.is_missing
        ]
        if not rest:
            break
        node = rest[-1]
    end = node.end_point
    return end.row - 1 if end.column == 0 and end.row > node.start_point.row else end.row


def deeper(source: Source, items: list[Item], row: int, stop: int, indent: int) -> int:
    """Give comments indented deeper than the body to the statement before them."""
    if not items:
        return row
    end = row
    for place in range(row, stop):
        if source.blank(place):
            continue
        if source.indent(place) <= indent:
            break
        end = place + 1
    if end > row:
        last = items[-1]
        items[-1] = last._replace(end=end, text=source.rows(last.first, end))
    return end


def alone(source: Source, items: list[Item], row: int, stop: int, nodes: tuple["Node", ...]) -> int:
    """Add comments that no statement follows directly; the row where the next item's gap begins."""
    runs: list[tuple[int, int]] = []
    at = row
    while at < stop:
        if source.blank(at):
            at += 1
            continue
        begin = at
        while at < stop and not source.blank(at):
            at += 1
        runs.append((begin, at))
    attached = bool(runs) and runs[-1][1] == stop and describes(source, runs[-1][0], nodes)
    for begin, finish in runs[:-1] if attached else runs:
        sep, text = source.rows(row, begin), source.rows(begin, finish)
        items.append(Item(source, (), begin, begin, finish, sep, text))
        row = finish
    return row


def describes(source: Source, row: int, nodes: tuple["Node", ...]) -> bool:
    """A comment on top of the file or of a group of imports belongs to no single statement."""
    return row > 0 and bool(nodes) and nodes[0].type not in source.profile.imports


def item(source: Source, nodes: tuple["Node", ...], row: int, start: int, stop: int) -> Item:
    first = row
    while first < start and source.blank(first):
        first += 1
    sep = source.rows(row, first)
    return Item(source, nodes, first, start, stop, sep, source.rows(first, stop))

"""Where a profile points in a syntax tree: `name`, `declarator*.name`, `name|type`, `#.left`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

# The kinds that grammars have for comments.
COMMENTS = frozenset(("comment", "line_comment", "block_comment", "multiline_comment"))


def at(node: "Node", path: str) -> "Node | None":
    """The node at a path: the first of its alternatives (`|`) that leads somewhere.

    A step is a field; `field*` the same again as often as it goes; `#` the first named child, `$`
    the last one; `:kind` the first descendant of that kind, `=kind` the node if it is of that kind,
    `<` the named node in front of it, `^text` the first named child that starts with the text.
    """
    for way in path.split("|"):
        found: Node | None = node
        for step in way.split("."):
            found = stepped(found, step) if found is not None else None
        if found is not None:
            return found
    return None


def stepped(node: "Node", step: str) -> "Node | None":
    mark, rest = step[:1], step[1:]
    match mark:
        case "#":
            return next(spoken(node.named_children), None)
        case "$":
            return next(spoken(node.named_children[::-1]), None)
        case "^":
            return next((c for c in node.named_children if starts(c, rest.encode())), None)
        case "<":
            return node.prev_named_sibling
        case "=":
            return node if node.type == rest else None
        case ":":
            return next((one for one in under(node) if one.type == rest), None)
    return last(node, step[:-1]) if step.endswith("*") else node.child_by_field_name(step)


def spoken(nodes: "list[Node]") -> "Iterator[Node]":
    return (one for one in nodes if one.type not in COMMENTS)


def starts(node: "Node", text: bytes) -> bool:
    return node.text is not None and node.text.startswith(text)


def last(node: "Node", field: str) -> "Node":
    """The end of a chain of one field."""
    deeper = node.child_by_field_name(field)
    while deeper is not None:
        node = deeper
        deeper = node.child_by_field_name(field)
    return node


def under(node: "Node") -> "Iterator[Node]":
    """The nodes in a node, from its first to its last."""
    for child in node.children:
        yield child
        yield from under(child)


def every(node: "Node", path: str) -> "list[Node]":
    """All that a path leads to where it may lead to several of a kind: `int a, b`."""
    for way in path.split("|"):
        found = [node]
        for step in way.split("."):
            found = [one for before in found for one in forked(before, step)]
        if found:
            return [one for one in found if one.type == found[0].type]
    return []


def forked(node: "Node", step: str) -> "list[Node]":
    first = stepped(node, step)
    if first is None or step[0] in "#$^<=":
        return [first] if first is not None else []
    if step[0] == ":":
        around = first.parent.named_children if first.parent is not None else []
        behind = [one for one in around if one.start_byte >= first.start_byte]
        return [one for one in behind if one.type == first.type]
    field = step.removesuffix("*")
    fields = node.children_by_field_name(field)
    return [last(one, field) for one in fields] or [first] if field != step else fields

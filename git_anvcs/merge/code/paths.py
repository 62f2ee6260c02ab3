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
    `<` the named node in front of it.
    """
    for way in path.split("|"):
        found: Node | None = node
        for step in way.split("."):
            found = stepped(found, step) if found is not None else None
        if found is not None:
            return found
    return None


def stepped(node: "Node", step: str) -> "Node | None":
    if step == "#":
        return next((one for one in node.named_children if one.type not in COMMENTS), None)
    if step == "$":
        return next((one for one in node.named_children[::-1] if one.type not in COMMENTS), None)
    if step == "<":
        return node.prev_named_sibling
    if step.startswith("="):
        return node if node.type == step[1:] else None
    if step.startswith(":"):
        return next((one for one in under(node) if one.type == step[1:]), None)
    if not step.endswith("*"):
        return node.child_by_field_name(step)
    deeper = node.child_by_field_name(step[:-1])
    while deeper is not None:
        node = deeper
        deeper = node.child_by_field_name(step[:-1])
    return node


def under(node: "Node") -> "Iterator[Node]":
    """The nodes in a node, from its first to its last."""
    for child in node.children:
        yield child
        yield from under(child)

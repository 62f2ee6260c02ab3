"""What tells functions of one name apart: the types of their parameters, without their names."""

from typing import TYPE_CHECKING

from git_anvcs.merge.code.paths import COMMENTS, at
from git_anvcs.merge.code.source import Source, tokens

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


def signature(source: Source, node: "Node", path: str) -> str:
    """The types of the parameters, where a name may be defined for several."""
    parameters = at(node, path)
    if parameters is None:
        return ""
    known = source.profile.parameters
    types = [
        b" ".join(typed(source, one))
        for one in parameters.children
        if one.type == "..." or (said(one) and (not known or one.type in known))
    ]
    found = "(" + b", ".join(types).decode("utf-8", "replace") + ")"
    behind = parameters.next_sibling
    while behind is not None:
        if behind.type in source.profile.qualifiers:
            found += " " + source.of(behind).decode("utf-8", "replace")
        behind = behind.next_sibling
    return found


def said(node: "Node") -> bool:
    return node.is_named and node.type not in COMMENTS


def typed(source: Source, parameter: "Node") -> list[bytes]:
    """The tokens of a parameter's type."""
    rule = source.profile.parameters.get(parameter.type)
    if rule is None:
        return [*tokens(source, parameter.child_by_field_name("type") or parameter)]
    found: list[bytes] = []
    first = at(parameter, "#") if "#" in rule.without else None
    label = at(parameter, rule.label) if rule.label else None
    if label is not None:
        first = label.next_named_sibling
    for place, child in enumerate(parameter.children):
        if first is not None and child.id == first.id:
            continue
        field = parameter.field_name_for_child(place)
        if field not in rule.without:
            unsaid = (*rule.without, "identifier") if field in rule.names else rule.without
            found += words_of(source, child, {"=", *COMMENTS, *unsaid})
    return found


def words_of(source: Source, node: "Node", unsaid: set[str]) -> list[bytes]:
    """The tokens of a node without the kinds that are left unsaid, wherever they stand in it."""
    if node.type in unsaid:
        return []
    if not node.child_count:
        return [source.of(node)]
    return [word for child in node.children for word in words_of(source, child, unsaid)]

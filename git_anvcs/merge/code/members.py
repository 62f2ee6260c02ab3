"""Members of a list in source text, with the values they have: numbers, texts, keys."""

from collections.abc import Iterator, Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.identity import unwrapped, words_in
from git_anvcs.merge.code.items import scoped
from git_anvcs.merge.code.paths import COMMENTS, at
from git_anvcs.merge.code.source import Source, plain_string
from git_anvcs.merge.distinct import Value
from git_anvcs.merge.integers import integer
from git_anvcs.merge.profile_rows import Numbered

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

KEY = "key"  # the place of what a member is called by, where that must differ
STRING = re.compile(r"""(["'])(?:(?!\1)[^\\\n])*\1""")


class Row(NamedTuple):
    """A member of a list: its node, what is around it, its rule; what of its place breaks a run."""

    node: "Node"
    rule: Numbered
    outer: "Node"
    run: int


class Said(NamedTuple):
    """A member as it is read: a value for each place of its arguments, "" for its own."""

    row: Row
    name: str
    values: dict[str, Value]


def members(source: Source, container: "Node") -> list[Row]:
    """The members of a list, with the number of the run that each is in."""
    found: list[Row] = []
    run = 0
    for child in flattened(source, container):
        if child.type in COMMENTS or child.type in source.profile.leading:
            continue
        inner = unwrapped(source, child)[0]
        rule = source.profile.numbers.get(inner.type)
        if rule is None or not (rule.kind != "constant" or constant(source, container, child)):
            run += 1
        else:
            found.append(Row(inner, rule, child, run))
    return found


def flattened(source: Source, node: "Node") -> Iterator["Node"]:
    for child in node.named_children:
        if child.type in source.profile.flat:
            yield from flattened(source, child)
        else:
            yield child


def constant(source: Source, container: "Node", node: "Node") -> bool:
    """Whether a statement gives a name of a file or a class its one value."""
    profile = source.profile
    around: Node | None = container
    while around is not None and around.type in (*profile.regions, *profile.flat):
        around = around.parent
    if around is None or not (
        scoped(profile, around)
        or around.type in profile.wrappers
        or (around.parent is not None and around.parent.type in profile.classes)
    ):
        return False
    words = profile.numbers[unwrapped(source, node)[0].type].words
    return not words or not words_in(source.of(node)).isdisjoint(map(str.encode, words))


def said(source: Source, rows: Sequence[Row]) -> list[Said]:
    """The members with their values; one without a value counts on where the language does."""
    found: list[Said] = []
    last: Value | None = -1
    for row in rows:
        name, values = at(row.node, row.rule.name), values_of(source, row.node)
        if row.rule.counts and at(row.node, row.rule.value) is None and isinstance(last, int):
            values[""] = last + 1
        last = values.get("")
        found.append(Said(row, source.of(name).decode("utf-8", "replace") if name else "", values))
    return found


def values_of(source: Source, node: "Node") -> dict[str, Value]:
    """The values of a member by their places: "" for its own, a number for an argument."""
    rule = source.profile.numbers[node.type]
    own = at(node, rule.value) if rule.value else None
    inside = at(node, rule.arguments) if rule.arguments else None
    found = {"": read_value(source, own)} if own is not None else {}
    if rule.kind in ("key", "label"):
        found[KEY] = called(source, at(node, rule.name))
    for place, one in enumerate(inside.named_children if inside is not None else ()):
        number = read_value(source, one.named_children[-1] if one.named_children else one)
        found[str(place)] = number if isinstance(number, int) else None
    return {place: value for place, value in found.items() if value is not None}


def called(source: Source, node: "Node | None") -> Value | None:
    """A key or a label; one number or text is one however it is written."""
    if node is None:
        return None
    value = read_value(source, node)
    if isinstance(value, int):
        return value
    text = source.of(node)
    text = b'"%s"' % text if node.type == "property_identifier" else plain_string(text)
    return " ".join(text.decode("utf-8", "replace").split())


def read_value(source: Source, node: "Node") -> Value | None:
    text = source.of(node).decode("utf-8", "replace").strip()
    if STRING.fullmatch(text):
        return text[1:-1]
    return integer(text, octal=source.profile.octal)


def list_of(source: Source, node: "Node") -> "Node":
    """What the member stands in."""
    outer = node.parent
    while outer is not None and outer.parent is not None and holds_only(source, outer, node):
        node, outer = outer, outer.parent
    return outer or node


def holds_only(source: Source, outer: "Node", node: "Node") -> bool:
    if outer.type in source.profile.flat:
        return True
    return outer.type in source.profile.wrappers and unwrapped(source, outer)[0].id == node.id

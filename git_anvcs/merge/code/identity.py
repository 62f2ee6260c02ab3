"""What an item is called, and whether its place among its neighbours matters."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.items import Item
from git_anvcs.merge.code.source import Source, tokens

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Identity(NamedTuple):
    """key: equal for the same thing in two versions, empty when it has no name
    once: a body holds this key once; two of them are a duplicate
    free: it may stand before or after its neighbours, nothing else changes
    label: how reports name it, `def f`
    """

    key: str
    once: bool = False
    free: bool = False
    label: str = ""


ORDERED = Identity("")


def identity(item: Item, scope: bool) -> Identity:
    """What a statement is called in its body; `scope` when the body is a module."""
    if not item.nodes:
        return Identity("", free=True)
    if len(item.nodes) > 1:
        return ORDERED
    node, source = item.nodes[0], item.source
    profile = source.profile
    if node.type in profile.imports:
        return imported(source, node)
    named = definition(source, node)
    if named:
        return named
    if node.type == profile.constants.statement:
        return constant(source, node, scope)
    return ORDERED


def imported(source: Source, node: "Node") -> Identity:
    rule = source.profile.imports[node.type]
    name = module_of(source, node)
    names = names_in(source, node)
    if not name or (name in source.split and len(names) == 1):
        name += "".join(f" {one}" for one in sorted(names))
    star = bool(rule.star) and any(child.type == rule.star for child in node.named_children)
    return Identity(f"{node.type} {name}{' *' if star else ''}", free=not star)


def module_of(source: Source, node: "Node") -> str:
    field = source.profile.imports[node.type].module
    found = node.child_by_field_name(field) if field else None
    return source.of(found).decode("utf-8", "replace") if found else ""


def names_in(source: Source, node: "Node") -> list[str]:
    """The names of an import with their aliases: `b`, `b as c`."""
    nodes = node.children_by_field_name(source.profile.imports[node.type].names)
    return [" ".join(source.of(one).decode("utf-8", "replace").split()) for one in nodes]


def bindings(source: Source) -> dict[str, set[str]]:
    """What the imports of a module bind: name -> where it comes from."""
    found: dict[str, set[str]] = {}
    for node in imports_under(source, source.root):
        for name, origin in bound(source, node):
            found.setdefault(name, set()).add(origin)
    return found


def imports_under(source: Source, node: "Node") -> Iterator["Node"]:
    """The imports that bind names of this scope: also those under `if` and `try`."""
    profile = source.profile
    inner = {*profile.blocks, *profile.clauses}
    for child in node.children:
        if child.type in profile.imports:
            yield child
        elif child.type not in profile.definitions and (
            child.type in inner or any(one.type in inner for one in child.children)
        ):
            yield from imports_under(source, child)


def bound_often(source: Source) -> Counter[tuple[str, str]]:
    """How many statements of a module bind a name to one origin."""
    kinds = source.profile.imports
    nodes = (node for node in source.root.children if node.type in kinds)
    return Counter(pair for node in nodes for pair in bound(source, node))


def bound(source: Source, node: "Node") -> list[tuple[str, str]]:
    """Each name that an import statement binds and where it comes from."""
    module = module_of(source, node)
    pairs = []
    for one in names_in(source, node):
        name, _, alias = one.partition(" as ")
        if not module and not alias:
            name = name.partition(".")[0]  # `import a.b` binds `a`
        pairs.append((alias or name, f"{module}:{name}"))
    return pairs


def uses(source: Source, name: str) -> bool:
    """Whether the code, not a string or comment, speaks of this name."""
    pattern = re.compile(rb"(?<![.\w])" + re.escape(name.encode()) + rb"(?!\w)")
    for match in pattern.finditer(source.text):
        node = source.root.descendant_for_byte_range(match.start(), match.end())
        parent = node.parent if node is not None else None
        if node is None or node.child_count or node.type != "identifier":
            continue
        if parent is not None and parent.type == "keyword_argument":
            field = parent.child_by_field_name("name")
            if field is not None and field.id == node.id:
                continue
        return True
    return False


def split_modules(sources: Sequence[Source]) -> frozenset[str]:
    """Modules from which a version imports one name a statement, several times: its style."""
    found = set()
    for source in sources:
        kinds = source.profile.imports
        nodes = [node for node in source.root.children if node.type in kinds]
        modules = [module_of(source, one) for one in nodes if len(names_in(source, one)) == 1]
        found |= {module for module, count in Counter(modules).items() if module and count > 1}
    return frozenset(found)


def unwrapped(source: Source, node: "Node") -> tuple["Node", list["Node"]]:
    """A definition and its decorators."""
    wrapper = source.profile.wrappers.get(node.type)
    inner = node.child_by_field_name(wrapper.definition) if wrapper else None
    if wrapper is None or inner is None:
        return node, []
    return inner, [child for child in node.children if child.type == wrapper.mark]


def definition(source: Source, node: "Node") -> Identity | None:
    inner, marks = unwrapped(source, node)
    rule = source.profile.definitions.get(inner.type)
    field = inner.child_by_field_name(rule.name) if rule else None
    if rule is None or field is None:
        return None
    name = source.of(field).decode("utf-8", "replace")
    variant = variants(source, node, inner, marks)
    label = f"{rule.label} {name}"
    return Identity(f"{label}{variant}", once=True, free=True, label=label)


def variants(source: Source, node: "Node", inner: "Node", marks: list["Node"]) -> str:
    """What tells definitions of one name apart: `@overload` and its parameters, `@x.setter`."""
    patterns = source.profile.wrappers[node.type].distinct if marks else ()
    found = ""
    for mark in marks:
        text = source.of(mark).decode("utf-8", "replace").lstrip("@ ")
        if any(fnmatchcase(text, pattern) for pattern in patterns):
            found += f" @{text}"
    if found and not found.endswith(("setter", "getter", "deleter")):
        parameters = inner.child_by_field_name("parameters")
        if parameters:
            found += b" ".join(tokens(source, parameters)).decode("utf-8", "replace")
    return found


def constant(source: Source, node: "Node", scope: bool) -> Identity:
    """`NAME = value`: a key everywhere; free beside others in a module when the value is plain."""
    rule = source.profile.constants
    inner = node.named_children[0] if node.named_child_count else None
    if inner is None:
        return ORDERED
    if inner.type != rule.assignment:
        return Identity("docstring") if inner.type in source.profile.strings else ORDERED
    left, right = inner.child_by_field_name(rule.name), inner.child_by_field_name(rule.value)
    if left is None:
        return ORDERED
    name = source.of(left).decode("utf-8", "replace")
    plain = scope and right is not None and re.fullmatch(r"\w+", name) is not None
    free = plain and right is not None and b"(" not in source.of(right)
    return Identity(f"= {name}", once=plain, free=free, label=name if plain else "")


def similarity(one: bytes, two: bytes) -> float:
    """How much of their words two texts share, 0 to 1."""
    left, right = Counter(WORDS.findall(one)), Counter(WORDS.findall(two))
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


WORDS = re.compile(rb"\w+|[^\w\s]")

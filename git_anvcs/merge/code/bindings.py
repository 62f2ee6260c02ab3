"""What the imports of a file bind: names, and where each of them comes from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
import re
from typing import TYPE_CHECKING

from git_anvcs.merge.code.paths import at, stepped
from git_anvcs.merge.code.source import Source

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


def importing(source: Source, node: "Node") -> bool:
    """Whether a statement is an import; a group of imports is a body of them."""
    return node.type in source.profile.imports and not any(
        child.type in source.profile.blocks for child in node.children
    )


def listed(source: Source, node: "Node") -> "Node | None":
    """The brackets around the names of an import, where the language has them."""
    kind = source.profile.imports[node.type].list
    return stepped(node, f":{kind}") if kind else None


def module_of(source: Source, node: "Node") -> str:
    path = source.profile.imports[node.type].module
    found = at(node, path) if path else None
    return source.of(found).decode("utf-8", "replace") if found else ""


def names_in(source: Source, node: "Node") -> list[str]:
    """The names of an import with their aliases: `b`, `b as c`."""
    rule = source.profile.imports[node.type]
    if rule.binds:
        return bound_by(rule.binds, source.of(node).decode("utf-8", "replace"))
    nodes = node.children_by_field_name(rule.names) if rule.names else []
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
    inner = {*profile.blocks, *profile.clauses, *profile.regions}
    for child in node.children:
        if importing(source, child):
            yield child
        elif child.type not in profile.definitions and (
            child.type in inner or any(one.type in inner for one in child.children)
        ):
            yield from imports_under(source, child)


def bound_often(source: Source) -> Counter[tuple[str, str]]:
    """How many statements of a module bind a name to one origin."""
    if source.profile.braces:
        nodes = list(imports_under(source, source.root))
    else:
        nodes = [node for node in source.root.children if importing(source, node)]
    return Counter(pair for node in nodes for pair in bound(source, node))


def bound(source: Source, node: "Node") -> list[tuple[str, str]]:
    """Each name that an import statement binds and where it comes from."""
    module = module_of(source, node)
    if source.profile.imports[node.type].binds:
        return [(name, module) for name in names_in(source, node)]
    pairs = []
    for one in names_in(source, node):
        name, _, alias = one.partition(" as ")
        if not module and not alias:
            name = name.partition(".")[0]  # `import a.b` binds `a`
        pairs.append((alias or name, f"{module}:{name}"))
    return pairs


def uses(source: Source, name: str) -> bool:
    """Whether the code, not a string or comment, speaks of this name."""
    pattern = re.compile(rb"(?<![.\w\\])" + re.escape(name.encode()) + rb"(?!\w)")
    for match in pattern.finditer(source.text):
        node = source.root.descendant_for_byte_range(match.start(), match.end())
        parent = node.parent if node is not None else None
        if node is None or node.child_count or not speaks(node):
            continue
        if parent is not None and parent.type == "keyword_argument":
            field = parent.child_by_field_name("name")
            if field is not None and field.id == node.id:
                continue
        return True
    return False


def speaks(node: "Node") -> bool:
    """Whether a word can mean an imported name: no field, label or property."""
    kind = node.type
    return (kind.endswith("identifier") or kind == "name") and not kind.startswith(
        ("property", "field", "statement")
    )


@cache
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def bound_by(binds: str, text: str) -> list[str]:
    """What the pattern of a profile finds in a statement: its last group that is there."""
    found = (match[match.lastindex or 0] for match in pattern(binds).finditer(text))
    return [name for name in found if name not in ("self", "_")]


def split_modules(sources: Sequence[Source]) -> frozenset[str]:
    """Modules from which a version imports one name a statement, several times: its style."""
    found = set()
    for source in sources:
        nodes = [node for node in source.root.children if importing(source, node)]
        modules = [module_of(source, one) for one in nodes if len(names_in(source, one)) == 1]
        found |= {module for module, count in Counter(modules).items() if module and count > 1}
    return frozenset(found)

"""What makes two elements of a list the same element.

First that applies: the repository's rules, a JSON Schema, what is known of well-known files, a
field that is present and unique in every element. Where nothing applies the list is a sequence.
"""

from collections.abc import Hashable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from git_anvcs.merge.data.node import Node
from git_anvcs.merge.result import Rules

Keys = tuple[list[Hashable], list[Hashable], list[Hashable]]


class Known(NamedTuple):
    """A list in a well-known file.

    file, where: patterns of the file's name and of the list's path (names joined by dots)
    how: `set`, `ordered`, `atomic`, or fields: `a+b` together, `a|b` either of them; with
    ` ordered` behind, what both sides put at one place is a conflict
    """

    file: str
    where: str
    how: str


IN_ORDER = " ordered"

# fmt: off
KNOWN = (
    Known("package.json", "files", "set"),
    Known("package.json", "keywords", "set"),
    Known("package.json", "contributors", "name"),
    Known("package.json", "maintainers", "name"),
    Known("composer.json", "authors", "name"),
    Known("tsconfig*.json", "include", "set"),
    Known("tsconfig*.json", "exclude", "set"),
    Known("tsconfig*.json", "references", "path"),
    Known("tasks.json", "tasks", "label"),
    Known("launch.json", "configurations", "name"),
    Known("catalog.json", "schemas", "name|url"),
    Known("*", "*.parameters", "name+in"),
    Known("*", "tags", "name"),
    Known("*", "*.required", "set"),
    Known("*", "required", "set"),
    Known("*", "*.enum", "set"),
    Known("*", "enum", "set"),
    # GitHub Actions: an identity only says which step is which.
    Known(".github/*.y*ml", "*steps", f"id|name|uses{IN_ORDER}"),
    Known("action.y*ml", "*steps", f"id|name|uses{IN_ORDER}"),
    Known(".pre-commit-config.yaml", "repos", "repo"),
    Known(".pre-commit-config.yaml", "repos.*.hooks", "id"),
    Known(".pre-commit-hooks.yaml", "", "id"),
    Known("*compose*.y*ml", "services.*.ports", "set"),
    Known("*compose*.y*ml", "services.*.volumes", "set"),
    Known("*.y*ml", "*.ports", "containerPort+protocol"),
    Known("*.y*ml", "*.steps", "ordered"),
    Known("*.y*ml", "*.args", "ordered"),
    Known("*.y*ml", "*.command", "ordered"),
    Known("*.y*ml", "*.script", "ordered"),
    Known("*.y*ml", "*script", "ordered"),
    Known("*.y*ml", "*args", "ordered"),
    Known("*.y*ml", "*command", "ordered"),
    Known("*.json", "*args", "ordered"),
    Known("*.json", "*command", "ordered"),
)
# fmt: on
INFERRED = ("id", "$id", "uuid", "key", "name", "url", "path", "ref", "type")
ASSOCIATIVE = ("mountPath", "devicePath", "ip", "topologyKey", "containerPort", "repo", "label")


def keys(
    versions: tuple[Node | None, Node, Node], path: str, where: Sequence[str], rules: Rules
) -> Keys | str:
    """The identity of each element of the three lists, or `ordered` or `atomic`."""
    how = stated(path, where, rules)
    if how in ("ordered", "atomic"):
        return how
    nodes = [[item.value for item in node.items] if node else [] for node in versions]
    if versions[1].value == "stream":
        return documents(nodes) or "ordered"
    if how:
        found = by(how.removesuffix(IN_ORDER), nodes)
        if found:
            return found
    return inferred(nodes) or as_set(nodes) or "ordered"


def in_order(path: str, where: Sequence[str], rules: Rules) -> bool:
    """Whether the order of this list counts though its elements have identities."""
    return stated(path, where, rules).endswith(IN_ORDER)


def documents(lists: list[list[Node]]) -> Keys | None:
    """Kubernetes objects by what names them, other documents by their id."""
    rows: list[list[Hashable]] = [[object_id(node) for node in nodes] for nodes in lists]
    return None if any(None in row for row in rows) else distinct(rows)


def object_id(node: Node) -> Hashable:
    metadata = next((one.value for one in node.items if one.key == "metadata"), None)
    if metadata is not None and field(metadata, "name"):
        names = [field(metadata, name) for name in ("namespace", "name")]
        return (field(node, "apiVersion"), field(node, "kind"), *names)
    return field(node, "$id") or field(node, "id")


def stated(path: str, where: Sequence[str], rules: Rules) -> str:
    """How this list merges by the repository's rules, the schema or the built-in table."""
    dotted = ".".join(where)
    name = path.rpartition("/")[2]
    for pattern, how in rules.lists:
        file, _, list_path = pattern.rpartition(" ")
        named = not file or fnmatchcase(path if "/" in file else name, file)
        if named and fnmatchcase(dotted, list_path):
            return how
    said = by_schema(rules.schema, where)
    if said:
        return said
    for known in KNOWN:
        file = path if "/" in known.file else name
        if fnmatchcase(file, known.file) and fnmatchcase(dotted, known.where):
            return known.how
    return ""


def by_schema(schema: object, where: Sequence[str]) -> str:
    """What a JSON Schema says about the list at this path; only its own keywords are followed."""
    at = schema
    for name in where:
        at = at.get("items") if name == "*" and isinstance(at, dict) else inside(at, name)
    if not isinstance(at, dict):
        return ""
    if isinstance(at.get("x-anvcs-merge-key"), str):
        return str(at["x-anvcs-merge-key"])
    kind = at.get("x-kubernetes-list-type")
    fields = at.get("x-kubernetes-list-map-keys")
    if kind == "map" and isinstance(fields, list):
        return "+".join(map(str, fields))
    if kind in ("set", "atomic"):
        return str(kind)
    return "set" if at.get("uniqueItems") is True else ""


def inside(at: object, name: str) -> object:
    if not isinstance(at, dict):
        return None
    properties = at.get("properties")
    if isinstance(properties, dict) and name in properties:
        return properties[name]
    return at.get("additionalProperties")


def by(how: str, lists: list[list[Node]]) -> Keys | None:
    """Identities by `set`, by fields together or by any of several fields."""
    if how == "set":
        return distinct([[node.canon for node in nodes] for nodes in lists])
    if "|" in how:
        return by_any(how.split("|"), lists)
    return by_fields(how.split("+"), lists)


def by_fields(fields: list[str], lists: list[list[Node]]) -> Keys | None:
    """The values of the fields; the first must be there, another that nobody has is left out."""
    made: list[list[Hashable]] = []
    for nodes in lists:
        row: list[Hashable] = []
        for node in nodes:
            values = [field(node, name) for name in fields]
            if values[0] is None:
                return None
            row.append(tuple(values))
        made.append(row)
    return distinct(made)


def by_any(fields: list[str], lists: list[list[Node]]) -> Keys | None:
    """One identity for elements that share any of the fields, so that a rename still matches.

    A new element with none of them is known by what it says; one that was edited would not be.
    """
    unnamed = [{node.canon for node in nodes if not naming(fields, node)} for nodes in lists]
    if not unnamed[0] <= unnamed[1] & unnamed[2]:
        return None
    leader: dict[Hashable, Hashable] = {}

    def find(key: Hashable) -> Hashable:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    first: list[list[Hashable]] = []
    for nodes in lists:
        row: list[Hashable] = []
        for node in nodes:
            named = naming(fields, node) or [node.canon]
            for other in named[1:]:
                leader[find(other)] = find(named[0])
            row.append(named[0])
        first.append(row)
    return distinct([[find(key) for key in row] for row in first]) or by_first(fields, lists)


def naming(fields: list[str], node: Node) -> list[Hashable]:
    """The fields an element has, with their values."""
    return [(name, value) for name in fields if (value := field(node, name)) is not None]


def by_first(fields: list[str], lists: list[list[Node]]) -> Keys | None:
    """The first of the fields that an element has, where joining them was ambiguous."""
    return distinct(
        [[(naming(fields, node) or [node.canon])[0] for node in nodes] for nodes in lists]
    )


def inferred(lists: list[list[Node]]) -> Keys | None:
    """The field, present and unique in every element, that matches most of the base."""
    best: tuple[int, Keys] | None = None
    if not all(node.kind == "map" for nodes in lists for node in nodes) or not any(lists):
        return None
    for name in INFERRED + ASSOCIATIVE:
        found = by_fields([name], lists)
        if found:
            base, ours, theirs = map(set, found)
            matches = len(base & ours) + len(base & theirs)
            if best is None or matches > best[0]:
                best = matches, found
    return best[1] if best else None


def as_set(lists: list[list[Node]]) -> Keys | None:
    """Scalars that are unique in each version merge as a set that keeps its order."""
    if any(node.kind != "scalar" for nodes in lists for node in nodes):
        return None
    return by("set", lists)


def distinct(rows: Sequence[Sequence[Hashable]]) -> Keys | None:
    """The rows as identities, if no identity stands twice in one version."""
    if any(len(set(row)) != len(row) for row in rows):
        return None
    base, ours, theirs = (list(row) for row in rows)
    return base, ours, theirs


def field(node: Node, name: str) -> str | None:
    """The source value of a scalar field of a map."""
    for item in node.items:
        if item.key == name and item.value.kind == "scalar":
            return item.value.value
    return None

"""What makes two elements of a list the same element.

First that applies: the repository's rules, a JSON Schema, what is known of well-known files, a
field that is present and unique in every element. Where nothing applies the list is a sequence.
"""

from collections.abc import Callable, Hashable, Sequence
from fnmatch import fnmatchcase
import re
from typing import NamedTuple

from git_anvcs.merge.data import compose
from git_anvcs.merge.data.compose import MOUNT, PAIR, PORT
from git_anvcs.merge.data.node import Node, field
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
COMPOSE = "*compose*.y*ml"

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
    Known(".github/*.y*ml", "*.matrix.include", ""),
    Known(".github/*.y*ml", "*.matrix.exclude", ""),
    Known(".github/*.y*ml", "*.matrix.*", "set"),
    Known(COMPOSE, "services.*.ports", PORT),
    Known(COMPOSE, "services.*.expose", "set"),
    Known(COMPOSE, "services.*.volumes", MOUNT),
    Known(COMPOSE, "services.*.devices", MOUNT),
    Known(COMPOSE, "services.*.tmpfs", MOUNT),
    Known(COMPOSE, "services.*.build.args", PAIR),
    Known(COMPOSE, "*.environment", PAIR),
    Known(COMPOSE, "*.labels", PAIR),
    Known(COMPOSE, "*.annotations", PAIR),
    Known(COMPOSE, "*.sysctls", PAIR),
    Known(COMPOSE, "*.env_file", "ordered"),
    Known(COMPOSE, "*.healthcheck.test", "atomic"),
    Known("*.y*ml", "*.ports", "containerPort+protocol"),
    Known("*.y*ml", "*.steps", "ordered"),
    Known("*.y*ml", "*script", "ordered"),
    # The words of one command: what two people make of it is another command.
    Known("*.y*ml", "*args", "atomic"),
    Known("*.y*ml", "*command", "atomic"),
    Known("*.y*ml", "*entrypoint", "atomic"),
    Known("*.toml", "*args", "atomic"),
    Known("*.toml", "*command", "atomic"),
    Known("*.toml", "*cmd", "atomic"),
    Known("*.toml", "*entrypoint", "atomic"),
    Known("*.json*", "*[aA]rgs", "atomic"),
    Known("*.json*", "*[cC]ommand", "atomic"),
    Known("*.json*", "*entrypoint", "atomic"),
)
# fmt: on
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
NO_TEXT = re.compile(
    rb"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|0[xo][0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)"
    rb"|\.(?:nan|NaN|NAN)|~|null|Null|NULL|true|True|TRUE|false|False|FALSE"
)
INFERRED = ("id", "$id", "uuid", "key", "name", "url", "path", "ref", "type")
ASSOCIATIVE = ("mountPath", "devicePath", "ip", "topologyKey", "containerPort", "repo", "label")


def keys(
    versions: tuple[Node | None, Node, Node], path: str, where: Sequence[str], rules: Rules
) -> Keys | str:
    """The identity of each element of the three lists, or `ordered` or `atomic`."""
    how, found = resolved(versions, path, where, rules)
    return found or how


def resolved(
    versions: tuple[Node | None, Node, Node], path: str, where: Sequence[str], rules: Rules
) -> tuple[str, Keys | None]:
    """The way by which the elements of the three lists are known, and their identities by it."""
    how = stated(path, where, rules)
    if how in ("ordered", "atomic"):
        return how, None
    nodes = [[item.value for item in node.items] if node else [] for node in versions]
    if versions[1].value == "stream":
        found = documents(nodes)
        return ("documents", found) if found else ("ordered", None)
    how = how.removesuffix(IN_ORDER)
    if how and (found := by(how, nodes)):
        return how, found
    if positional(nodes, where):
        return "atomic", None
    name, found = inferred(nodes)
    if found:
        return name, found
    found = as_set(nodes)
    return ("set", found) if found else ("ordered", None)


def labels(how: str, nodes: Sequence[Node]) -> list[Hashable] | None:
    """What the elements of one list are known by, in a way that `resolved` gave; an identity may
    stand twice. None where some element has none."""
    row: list[Hashable]
    if how == "set":
        row = [node.canon for node in nodes]
    elif how == "documents":
        row = [object_id(node) for node in nodes]
    elif how in compose.LABELS:
        row = [compose.LABELS[how](node) for node in nodes]
    elif "|" in how:
        row = [(naming(how.split("|"), node) or [node.canon])[0] for node in nodes]
    else:
        row = [tuple(field(node, name) for name in how.split("+")) for node in nodes]
    unnamed = any(one is None or (isinstance(one, tuple) and one[0] is None) for one in row)
    return None if unnamed else row


def positional(lists: list[list[Node]], where: Sequence[str]) -> bool:
    """Whether the elements say what they are by their places: numbers, a row of a table, a value
    with its options. Two changes of such a list do not add up."""
    scalars = [nodes for nodes in lists if nodes and all(node.kind == "scalar" for node in nodes)]
    if any(in_list(where) or any(map(bare, nodes)) for nodes in scalars):
        return True
    if len(set(map(len, lists))) > 1:
        return False
    if len(scalars) == len(lists):
        return all(NUMBER.fullmatch(node.value) for nodes in lists for node in nodes)
    kinds = [{node.kind for node in nodes} for nodes in lists]
    return all("scalar" in kind and len(kind) > 1 for kind in kinds)


def in_list(where: Sequence[str]) -> bool:
    return bool(where) and where[-1] == "*"


def bare(node: Node) -> bool:
    """Whether a scalar is no text: a number, a truth value, nothing."""
    if node.style in ("n", "w", "empty"):
        return True
    return node.style == "plain_scalar" and bool(NO_TEXT.fullmatch(node.text))


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
    at = within(schema, where)
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


def within(schema: object, where: Sequence[str]) -> object:
    """The part of a JSON Schema that is about the value at this path."""
    at = schema
    for name in where:
        at = at.get("items") if name == "*" and isinstance(at, dict) else inside(at, name)
    return at


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
    if how in compose.LABELS:
        return by_label(compose.LABELS[how], lists)
    if "|" in how:
        return by_any(how.split("|"), lists)
    return by_fields(how.split("+"), lists)


def by_label(label: Callable[[Node], Hashable], lists: list[list[Node]]) -> Keys | None:
    rows = [[label(node) for node in nodes] for nodes in lists]
    return None if any(None in row for row in rows) else distinct(rows)


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


def inferred(lists: list[list[Node]]) -> tuple[str, Keys | None]:
    """The field, present and unique in every element, that matches most of the base."""
    best: tuple[int, str, Keys] | None = None
    if not all(node.kind == "map" for nodes in lists for node in nodes) or not any(lists):
        return "", None
    for name in INFERRED + ASSOCIATIVE:
        found = by_fields([name], lists)
        if found:
            base, ours, theirs = map(set, found)
            matches = len(base & ours) + len(base & theirs)
            if best is None or matches > best[0]:
                best = matches, name, found
    return best[1:] if best else ("", None)


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

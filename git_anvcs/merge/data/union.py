"""May what both sides added hold what both put in it?

A map whose keys are names may, each a thing of its own: dependencies, scripts, variables. The keys
of any other map say together what one thing is: two people's versions of it do not add up, unless
one of them says all that the other says, and more.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from git_anvcs.merge.data.identity import within
from git_anvcs.merge.data.node import Node
from git_anvcs.merge.result import Rules

# fmt: off
OPEN = (
    # packages and what is run
    "*dependencies", "*Dependencies", "dependency-groups", "extras", "engines", "resolutions",
    "overrides", "scripts", "bin", "packages", "nodes", "features", "commands", "aliases",
    # variables and labels
    "env", "environment", "variables", "vars", "labels", "annotations", "matchLabels", "data",
    "stringData", "sysctls", "globals", "strings", "messages", "translations",
    # schemas and descriptions of interfaces
    "definitions", "$defs", "properties", "patternProperties", "paths", "schemas", "responses",
    "examples", "requestBodies", "securitySchemes", "callbacks", "links", "pathItems",
    # services and jobs
    "jobs", "services", "volumes", "networks", "configs", "secrets", "tasks", "targets",
)
# fmt: on


def sound(where: Sequence[str], rules: Rules) -> bool:
    """Whether the map at this path is one of names: by its schema, or by how it is called."""
    at = within(rules.schema, where)
    if isinstance(at, dict):
        named = at.get("properties") or at.get("required") or at.get("oneOf")
        return isinstance(at.get("additionalProperties"), dict) and not named
    return bool(where) and any(fnmatchcase(where[-1], name) for name in OPEN)


def fuller(ours: Node, theirs: Node) -> Node | None:
    """The one of two maps that holds the other; None where each says something of its own."""
    if holds(ours, theirs) and not noted(theirs):
        return ours
    return theirs if holds(theirs, ours) and not noted(ours) else None


def holds(whole: Node, part: Node) -> bool:
    if whole.canon == part.canon:
        return True
    if not whole.kind == part.kind == "map":
        return False
    there = {item.key: item.value for item in whole.items}
    return all(item.key in there and holds(there[item.key], item.value) for item in part.items)


def noted(node: Node) -> bool:
    """Whether comments stand in a value."""
    return any(item.notes or noted(item.value) for item in node.items)

"""Whether what both sides put at one place of a body may stand side by side."""

from collections.abc import Sequence
import re

from git_anvcs.merge.code import imports
from git_anvcs.merge.code.identity import Within, definition, identity
from git_anvcs.merge.code.items import Item

# What comes after such a statement never runs.
_JUMPS = re.compile(rb"\s*(return|raise|throw|break|continue|goto)\b")


def side_by_side(mine: Sequence[Item], yours: Sequence[Item], within: Within) -> bool:
    """Whether both sides may do this at one place: at most one of them where order counts."""
    fixed = [
        any(not identity(item, within).free for item in run if item.nodes) for run in (mine, yours)
    ]
    if all(fixed) or imports.collide(mine, yours) or entangled(mine, yours, within):
        return False
    return not (names_in(mine, within) & runs(yours) or names_in(yours, within) & runs(mine))


def likely(mine: Sequence[Item], yours: Sequence[Item], within: Within) -> bool:
    """Whether only the order of two insertions is in question, and ours lets theirs run."""
    if not mine or not yours or imports.collide(mine, yours) or entangled(mine, yours, within):
        return False
    scope = Within(scope=True)
    bound = [{identity(item, scope).label for item in run} - {""} for run in (mine, yours)]
    return bound[0].isdisjoint(bound[1]) and not _JUMPS.match(mine[-1].text)


def entangled(mine: Sequence[Item], yours: Sequence[Item], within: Within) -> bool:
    """Whether one run says something on what is below it, or the order of overloads counts."""
    if not (mine and yours):
        return False
    profile = mine[0].source.profile
    one, two = ({identity(item, within).label for item in run} - {""} for run in (mine, yours))
    kinds = {node.type for item in (*mine, *yours) for node in item.nodes}
    return bool(kinds & {*profile.contexts}) or (profile.overloads_ordered and bool(one & two))


def names_in(items: Sequence[Item], within: Within) -> set[bytes]:
    """What the definitions and constants among the items are called."""
    labels = (identity(item, within).label for item in items)
    return {label.split()[-1].encode() for label in labels if label}


def runs(items: Sequence[Item]) -> set[bytes]:
    """The words of statements that run where they stand: order counts for what they name.

    The name that an assignment binds is none of them.
    """
    found: set[bytes] = set()
    for item in items:
        if len(item.nodes) != 1 or imports.is_import(item) or defines(item):
            continue
        name = identity(item, Within(scope=True)).label
        words = re.findall(rb"\w+", item.source.of(item.nodes[0]))
        found.update(words[1:] if name else words)
    return found


def defines(item: Item) -> bool:
    return definition(item.source, item.nodes[0]) is not None

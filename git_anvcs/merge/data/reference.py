"""A `$ref` is what it leads to: one side gave it another target, the other another spelling.

A reference is read against the `$id` (draft 4: `id`) of its document, as JSON Schema says:
https://json-schema.org/draft/2020-12/json-schema-core#section-8.2. Nothing is ever fetched.
"""

from collections.abc import Sequence
import re
from urllib.parse import urljoin, urlsplit

from git_anvcs.merge.data.node import Node

MODERN = re.compile(rb"\$id\b")
OLD = re.compile(rb"""(?<![\w$])id["']?[ \t]*:""")

Three = tuple[str, str, str]


def addresses(base: Node, ours: Node, theirs: Node) -> Three | None:
    """The address of each version; None where one has none, or a part has one of its own."""
    found = [address(node) for node in (base, ours, theirs)]
    return (found[0], found[1], found[2]) if all(found) else None


def address(root: Node) -> str:
    for name, pattern in (("$id", MODERN), ("id", OLD)):
        said = next((one.value.value for one in root.items if one.key == name), "")
        if said and urlsplit(said).scheme and len(pattern.findall(root.source)) == 1:
            return said
    return ""


def meant(written: Three, found: Three) -> str | None:
    """The spelling that leads where both sides want to, or None.

    written: the reference in base, ours and theirs; found: the addresses of the documents
    """
    targets = [urljoin(one, text) for one, text in zip(found, written, strict=True)]
    target, home = decided(targets), decided(found)
    if target is None or home is None:
        return None
    respelled = [n for n in (1, 2) if targets[n] == targets[0]] or [1, 2]
    return next((written[n] for n in respelled if urljoin(home, written[n]) == target), None)


def decided(values: Sequence[str]) -> str | None:
    """The value of three that at most one side changed, or both alike."""
    base, ours, theirs = values
    if ours in (base, theirs):
        return theirs
    return ours if theirs == base else None

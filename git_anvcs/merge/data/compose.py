"""What the short and long forms in Compose's lists are known by.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md: `KEY=value` by its key, what
is mounted by its path in the container, what is published by the port of the host.
"""

from collections.abc import Callable, Hashable, Mapping
import re

from git_anvcs.merge.data.node import Node, field

PAIR, MOUNT, PORT = "@pair", "@mount", "@port"
# Colons in a variable (`${HOST:-a}`) and behind the letter of a drive divide nothing.
PART = re.compile(r"(?:\$\{[^}]*\}|\[[^\]]*\]|^[A-Za-z]:(?=[\\/])|[^:])+")


def pair(node: Node) -> Hashable:
    return node.value.partition("=")[0].strip() if node.kind == "scalar" else None


def mount(node: Node) -> Hashable:
    """The path in the container: behind the first colon, or all there is."""
    if node.kind != "scalar":
        return field(node, "target")
    parts = PART.findall(node.value)
    return parts[1] if len(parts) > 1 else node.value


def port(node: Node) -> Hashable:
    """Port and protocol of the host; of the container where the host may choose."""
    if node.kind != "scalar":
        published = field(node, "published")
        protocol = field(node, "protocol") or "tcp"
        return (bool(published), published or field(node, "target"), protocol)
    said, _slash, protocol = node.value.partition("/")
    parts = PART.findall(said)
    return (len(parts) > 1, parts[-2] if len(parts) > 1 else said, protocol or "tcp")


LABELS: Mapping[str, Callable[[Node], Hashable]] = {PAIR: pair, MOUNT: mount, PORT: port}

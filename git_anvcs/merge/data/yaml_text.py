"""YAML as nodes, from the grammar's tree; bytes and comments stay where they are written.

A block container reaches from the colon or dash before it to the end of its last line, with the
comments below that are indented as its items are. The source must start with a line end, so that
the first item begins on a line as all others do.
"""

from collections import Counter
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.data.node import Item, Node, Numbers, canon_of, number
from git_anvcs.merge.parse import parse as syntax
from git_anvcs.merge.result import NotUnderstood

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node as Syntax

CONTAINERS = {
    "block_mapping": "map",
    "block_sequence": "list",
    "flow_mapping": "map",
    "flow_sequence": "list",
}
PAIRS = ("block_mapping_pair", "flow_pair")
STREAM = "stream"
NOTE = re.compile(rb"(?:\n *#[^\n]*)+\Z")


class Stream(NamedTuple):
    """A whole text: what stands before its data, the data, what stands behind it.

    With several documents the root is a list of them, its style is `stream`.
    names: anchors and aliases in the order of the text, `&name` and `*name`
    """

    head: bytes
    root: Node
    tail: bytes
    names: list[str]

    @property
    def anchors(self) -> list[str]:
        return [name[1:] for name in self.names if name.startswith("&")]


class Source(NamedTuple):
    """What is needed everywhere in one parse."""

    text: bytes
    numbers: Numbers
    names: list[str]


def parse(text: bytes, numbers: Numbers, *, noted: bool = False) -> Stream:
    """Raises NotUnderstood for broken YAML, templates, tabs and a key that stands twice.

    noted: whether a comment right above the first item is of that item, not of the file
    """
    if not text.startswith(b"\n"):
        raise ValueError("the text must start with a line end")
    source = Source(text, numbers, [])
    documents = [one for one in syntax("yaml", text).children if one.type == "document"]
    if not documents:
        raise NotUnderstood("no YAML document")
    if len(documents) == 1:
        root = document(source, documents[0], 0, noted=noted)
        return Stream(text[: root.start], root, text[root.end :], source.names)
    items: list[Item] = []
    end = 0
    for one in documents:
        root = document(source, one, end)
        items.append(Item("", text[end : root.start], b"", root))
        end = root.end
    canon = canon_of(numbers, "list", items)
    whole = Node("list", "", text, 0, end, canon, STREAM, tuple(items))
    return Stream(b"", whole, text[end:], source.names)


def document(source: Source, tree: "Syntax", begin: int, *, noted: bool = False) -> Node:
    content = [one for one in tree.named_children if one.type in ("block_node", "flow_node")]
    if len(content) != 1:
        raise NotUnderstood("a document without data")
    inner = content[0].named_children[-1]
    start = source.text.rfind(b"\n", begin, inner.start_byte)
    if inner.type.startswith("block_") and source.text[start : inner.start_byte].strip():
        raise NotUnderstood("data on the line of a document marker")
    if noted and inner.type.startswith("block_"):
        start -= len(note_above(source.text[begin:start]))
    return build(source, content[0], start, -1)


def note_above(head: bytes) -> bytes:
    """The comment lines at the end of a text, without a blank line below them."""
    found = NOTE.search(head)
    return found[0] if found else b""


def build(source: Source, tree: "Syntax | None", start: int, column: int) -> Node:
    """The value that `tree` is. A block container begins at `start`, a scalar where it stands.

    column: of the item that holds it: deeper comments below belong to a block container
    """
    if tree is None:
        canon = number(source.numbers, ("scalar", "", ""))
        return Node("scalar", "empty", source.text, start, start, canon)
    properties = [one for one in tree.named_children if one.type in ("anchor", "tag")]
    content = [one for one in tree.named_children if one.type not in ("anchor", "tag", "comment")]
    marks = b" ".join(one.text or b"" for one in properties).decode()
    source.names.extend((one.text or b"").decode() for one in properties if one.type == "anchor")
    if not content:
        return opaque(source, tree, "properties")
    inner = content[-1]
    if inner.type == "alias":
        source.names.append((inner.text or b"").decode())
    if inner.type not in CONTAINERS:
        node = opaque(source, tree, inner.type)
    elif inner.type.startswith("flow"):
        node = opaque(source, tree, inner.type) if properties else flow(source, inner)
    else:
        node = block(source, inner, properties[-1].end_byte if properties else start, column)
    if not marks:
        return node
    return node._replace(canon=number(source.numbers, (marks, node.canon)))


def opaque(source: Source, tree: "Syntax", style: str) -> Node:
    """A scalar, or whatever is only ever taken as a whole."""
    text = source.text[tree.start_byte : tree.end_byte].rstrip()
    value = unquoted(text.decode())
    bare = b"\n".join(line.strip() for line in text.split(b"\n"))
    canon = number(source.numbers, ("scalar", style, text if style == "block_scalar" else bare))
    kind = "block" if style == "block_scalar" else style
    end = tree.start_byte + len(text)
    return Node("scalar", kind, source.text, tree.start_byte, end, canon, value)


def unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def block(source: Source, tree: "Syntax", start: int, column: int) -> Node:
    """A block map or list: its items with their comments, up to the end of its last line."""
    kind = CONTAINERS[tree.type]
    items: list[Item] = []
    at = start
    for one in tree.named_children:
        if one.type == "comment":
            continue
        made = entry(source, one, at)
        end = made.value.end
        after = rest_of_line(source.text, end)
        items.append(made._replace(after=after))
        at = end + len(after)
    distinct(kind, items)
    foot = foot_of(source.text, at, max(column, tree.start_point.column - 1))
    canon = canon_of(source.numbers, kind, items)
    return Node(kind, "", source.text, start, at + len(foot), canon, "", tuple(items), foot)


def entry(source: Source, tree: "Syntax", at: int) -> Item:
    """One `key: value` or `- value`; `at` is where the item before it ends."""
    column = tree.start_point.column
    begin = tree.start_byte
    lead = source.text[at:begin]
    key_tree, value_tree = tree.child_by_field_name("key"), tree.child_by_field_name("value")
    mark = next((one for one in tree.children if one.type in (":", "-", "?")), None)
    if tree.type == "block_sequence_item":
        value_tree = next((one for one in tree.named_children if one.type != "comment"), None)
    elif tree.type not in PAIRS or key_tree is None or mark is None or mark.type == "?":
        raise NotUnderstood("a key that is not a plain scalar")
    if mark is None:
        raise NotUnderstood("an item without a mark")
    value = build(source, value_tree, mark.end_byte, column)
    head = source.text[begin : value.start]
    key = key_of(key_tree) if key_tree is not None else ""
    return Item(key, lead, head, value)


def key_of(tree: "Syntax") -> str:
    text = (tree.text or b"").decode()
    if "\n" in text or text[:1] in ("{", "[", "*", "&", "!"):
        raise NotUnderstood("a key that is not a plain scalar")
    return unquoted(text)


def distinct(kind: str, items: list[Item]) -> None:
    if kind == "map" and len({one.key for one in items}) != len(items):
        twice = [key for key, count in Counter(one.key for one in items).items() if count > 1]
        last = [one for one in items if one.key == twice[0]][-1]
        line = last.value.source.count(b"\n", 0, last.value.start)
        raise NotUnderstood(f"the key {twice[0]!r} twice at line {line}")


def rest_of_line(text: bytes, at: int) -> bytes:
    """A comment and spaces up to the end of the line; empty when something else follows."""
    end = text.find(b"\n", at)
    rest = text[at : end if end >= 0 else len(text)]
    return rest if not rest.strip() or rest.lstrip().startswith(b"#") else b""


def foot_of(text: bytes, at: int, column: int) -> bytes:
    """Comment lines right below that are indented deeper than `column`."""
    end = at
    while text.startswith(b"\n", end):
        stop = text.find(b"\n", end + 1)
        line = text[end + 1 : stop if stop >= 0 else len(text)]
        bare = line.lstrip(b" ")
        if not bare.startswith(b"#") or len(line) - len(bare) <= column:
            break
        end += 1 + len(line)
    return text[at:end]


def flow(source: Source, tree: "Syntax") -> Node:
    """A flow map or list, with commas as in JSON; unusual ones are taken as a whole."""
    kind = CONTAINERS[tree.type]
    wanted = "flow_pair" if kind == "map" else "flow_node"
    parts = [one for one in tree.children if one.type != "comment"]
    inner = parts[1:-1]
    if any(one.type not in (wanted, ",") for one in inner):
        return opaque(source, tree, "flow")
    items: list[Item] = []
    at = tree.start_byte + 1
    for one in inner:
        if one.type == ",":
            items[-1] = items[-1]._replace(before=source.text[at : one.start_byte])
            at = one.end_byte
            continue
        items.append(flow_item(source, one, at))
        at = one.end_byte
    distinct(kind, items)
    canon = canon_of(source.numbers, kind, items)
    trailing = bool(inner) and inner[-1].type == ","
    style = "{" if kind == "map" else "["
    close = source.text[at : tree.end_byte]
    span = (tree.start_byte, tree.end_byte)
    return Node(kind, style, source.text, *span, canon, "", tuple(items), close, b",", trailing)


def flow_item(source: Source, tree: "Syntax", at: int) -> Item:
    lead = source.text[at : tree.start_byte]
    if tree.type == "flow_node":
        return Item("", lead, b"", build(source, tree, tree.start_byte, 0))
    key, value = tree.child_by_field_name("key"), tree.child_by_field_name("value")
    if key is None:
        raise NotUnderstood("a key that is not a plain scalar")
    made = build(source, value, tree.end_byte, 0)
    return Item(key_of(key), lead, source.text[tree.start_byte : made.start], made)

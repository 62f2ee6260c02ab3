"""A notebook as its cells and the nodes around them: nbformat 3 (one worksheet) and 4."""

from collections.abc import Callable
import json
from typing import NamedTuple

from git_anvcs.merge import embedded
from git_anvcs.merge.data import json_text
from git_anvcs.merge.data.json_text import Document
from git_anvcs.merge.data.node import Item, Node, Numbers
from git_anvcs.merge.result import NotUnderstood

# Read as one value each: they are most of the file, and their inside is no member to merge by.
OPAQUE = frozenset({"outputs", "source", "input"})
MAJORS = (3, 4)
WITH_IDS = (4, 5)  # from this nbformat on every cell has an id


class Cell(NamedTuple):
    """One cell.

    kind: `code`, `markdown`, `raw`, in nbformat 3 also `heading`, `html`
    text: its source as one text; source: the member it is in
    id: empty where there is none
    """

    item: Item
    kind: str
    text: str
    source: str
    id: str

    @property
    def node(self) -> Node:
        return self.item.value

    def member(self, name: str) -> Item | None:
        return member(self.node, name)


class Notebook(NamedTuple):
    """A whole file. cells_node: the list that holds the cells."""

    document: Document
    major: int
    minor: int
    cells: tuple[Cell, ...]
    cells_node: Node
    python: bool


def read(text: bytes, numbers: Numbers, marker_size: int) -> Notebook:
    """Raises NotUnderstood for what is no notebook, or has conflict markers already."""
    if embedded.has_markers(text, marker_size):
        raise NotUnderstood("conflict markers in a string")
    document = json_text.parse(text, numbers, OPAQUE)
    root = document.root
    major, minor = (whole_number(root, name) for name in ("nbformat", "nbformat_minor"))
    if major not in MAJORS:
        raise NotUnderstood(f"nbformat {major}")
    where = cells_of(root, major)
    cells = tuple(cell(item, major) for item in where.items)
    return Notebook(document, major, minor, cells, where, language(root, cells) == "python")


def whole_number(root: Node, name: str) -> int:
    found = member(root, name)
    if found is None or not found.value.value.isdecimal():
        raise NotUnderstood(f"no {name}")
    return int(found.value.value)


def cells_of(root: Node, major: int) -> Node:
    """The list of cells. Raises NotUnderstood, also for several worksheets."""
    holder = root
    if major == 3:
        sheets = member(root, "worksheets")
        if sheets is None or len(sheets.value.items) != 1:
            raise NotUnderstood("not one worksheet")
        holder = sheets.value.items[0].value
    found = member(holder, "cells")
    if found is None or found.value.kind != "list":
        raise NotUnderstood("no cells")
    return found.value


def cell(item: Item, major: int) -> Cell:
    """Raises NotUnderstood for what lacks what every cell has."""
    kind = member(item.value, "cell_type")
    if kind is None or kind.value.style != "s":
        raise NotUnderstood("a cell without a type")
    name = "input" if major == 3 and kind.value.value == "code" else "source"
    source = member(item.value, name)
    metadata = member(item.value, "metadata")
    if source is None or (metadata is not None and metadata.value.kind != "map"):
        raise NotUnderstood("a cell without source")
    if metadata is None and major > 3:
        raise NotUnderstood("a cell without metadata")
    own = member(item.value, "id")
    own_id = own.value.value if own and own.value.style == "s" else ""
    return Cell(item, kind.value.value, text_of(source.value), name, own_id)


def text_of(node: Node) -> str:
    """The source in a node: a string, or a list of its lines. Raises NotUnderstood."""
    value = json.loads(node.text)
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise NotUnderstood("a source that is no text")
    return "".join(value)


def language(root: Node, cells: tuple[Cell, ...]) -> str:
    """The language of the kernel; Python where a notebook does not say."""
    for path in (("language_info", "name"), ("kernelspec", "language")):
        found = followed(root, ("metadata", *path))
        if found:
            return found.lower()
    said = (cell.member("language") for cell in cells if cell.kind == "code")
    return next((one.value.value.lower() for one in said if one), "python")


def followed(node: Node, path: tuple[str, ...]) -> str:
    at: Node | None = node
    for name in path:
        found = member(at, name) if at else None
        at = found.value if found else None
    return at.value if at else ""


def member(node: Node, name: str) -> Item | None:
    return next((item for item in node.items if item.key == name), None)


Same = Callable[[Cell, Cell], bool]


def same_value(one: Item | None, two: Item | None) -> bool:
    """Whether two members say the same, or both are absent."""
    if one is None or two is None:
        return one is two
    return one.value.canon == two.value.canon

"""A notebook with conflicts in its cells, taken apart into the versions it stands for."""

import json
from typing import NamedTuple

from git_anvcs.merge import embedded, markers
from git_anvcs.merge.data import json_text
from git_anvcs.merge.data.node import Item
from git_anvcs.merge.data.write import piece
from git_anvcs.merge.notebook.cell import FLAG, indent_of
from git_anvcs.merge.notebook.part import Layout, Part, Row, joined, layout_of, members, plain
from git_anvcs.merge.notebook.part import Trio as Member
from git_anvcs.merge.notebook.read import OPAQUE, Cell, cell, cells_of, member, whole_number
from git_anvcs.merge.notebook.source import written
from git_anvcs.merge.result import Labels, NotUnderstood, Versions

GONE_IN = {"delete/modify": "ours", "modify/delete": "theirs"}


class Reopened(NamedTuple):
    """conflicts: how many markers begin one; with_base: whether they show the base."""

    versions: Versions
    conflicts: int
    labels: Labels
    with_base: bool


def reopened(text: bytes, size: int) -> Reopened:
    """Raises NotUnderstood for a conflict outside the sources, and ValueError for wrong markers."""
    document = json_text.parse(text, {}, OPAQUE)
    root = document.root
    where = cells_of(root, whole_number(root, "nbformat"))
    layout = layout_of(text, root)
    rows = []
    found = []
    for item in where.items:
        one = cell(item, whole_number(root, "nbformat"))
        part = plain(item.value.text)
        if markers.has_markers(one.text.encode("utf-8", "surrogatepass"), size):
            parsed = markers.parse(one.text.encode("utf-8", "surrogatepass"), size)
            found.append(parsed)
            part = parted(one, parsed, layout)
        rows.append(Row(piece(item), part))
    if sum(len(one.starts) for one in found) != len(embedded.starts(text, size)):
        raise NotUnderstood("a conflict outside the sources")
    # Readings in the order of a Part: here the first one is the base.
    body = joined(where, rows)
    texts = [text[: where.start] + (one or b"") + text[where.end :] for one in body.readings]
    base, ours, theirs = found[0].labels[0] if found else ("", "", "")
    count = sum(len(one.starts) for one in found)
    shown = any(one.with_base for one in found)
    return Reopened(Versions(*texts), count, Labels(base, ours, theirs), shown)


def parted(one: Cell, parsed: markers.Parsed, layout: Layout) -> Part:
    """The cell as base, ours and theirs have it; None where a side deleted it."""
    flag = flag_of(one)
    gone = GONE_IN.get(flag, "")
    texts = []
    for name, lines in zip(("base", "ours", "theirs"), parsed.texts, strict=True):
        text = b"".join(lines).decode("utf-8", "surrogatepass").removesuffix("\n")
        absent = name == gone or (flag == "add/add" and not text)
        texts.append(None if absent else with_source(one, text, layout))
    return Part(texts[0], texts[1], texts[2])


def flag_of(one: Cell) -> str:
    found = one.member("metadata")
    flag = member(found.value, FLAG) if found else None
    said = json.loads(flag.value.text) if flag else {}
    return str(said.get("conflict", "")) if isinstance(said, dict) else ""


def with_source(one: Cell, text: str, layout: Layout, *, flag: bool = False) -> bytes:
    """The cell with another source, and without the flag that it has a conflict (or with it)."""

    def rule(name: str, parts: Member) -> Part:
        item = parts.ours
        if item is None:
            raise ValueError("a cell has all its members")
        if name == one.source:
            return plain(written(text, (one,), layout, indent_of(one.node)))
        return plain(unflagged(item) if name == "metadata" and not flag else item.value.text)

    return members((one.node, one.node, one.node), rule).marked or b""


def unflagged(item: Item) -> bytes:
    rows = [
        Row(piece(inner), plain(inner.head + inner.value.text))
        for inner in item.value.items
        if inner.key != FLAG
    ]
    return joined(item.value, rows).marked or b"{}"

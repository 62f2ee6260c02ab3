"""A whole notebook: its cells in order, its metadata, its version."""

import binascii
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from git_anvcs.merge import embedded
from git_anvcs.merge.data import json_text
from git_anvcs.merge.data.node import Node, Numbers
from git_anvcs.merge.data.place import fitted, settled
from git_anvcs.merge.data.whole import Texts, around
from git_anvcs.merge.data.write import Unplaced, piece
from git_anvcs.merge.notebook import cell as cells
from git_anvcs.merge.notebook.align import Aligned, Trio, align
from git_anvcs.merge.notebook.cell import Job, Open
from git_anvcs.merge.notebook.part import (
    Nodes,
    Part,
    Row,
    frame_of,
    joined,
    layout_of,
    members,
    part_of,
    plain,
    with_member,
)
from git_anvcs.merge.notebook.part import Trio as Member
from git_anvcs.merge.notebook.read import WITH_IDS, Notebook, member, read, same_value
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Resolution, Versions

# Of the notebook's metadata: written by tools from what they run, never a conflict.
TOOLS = ("kernelspec", "language_info", "signature", "widgets")


class Books(NamedTuple):
    """The three versions, read; base is None where both sides added the file."""

    base: Notebook | None
    ours: Notebook
    theirs: Notebook

    @property
    def nodes(self) -> Nodes:
        base = self.base.document.root if self.base else None
        return base, self.ours.document.root, self.theirs.document.root


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood for what is no notebook, or not of one major version."""
    texts = Texts.of(versions)
    numbers: Numbers = {}
    read_all = [
        read(text, numbers, options.marker_size) if text.strip() else None for text in texts[:3]
    ]
    if read_all[1] is None or read_all[2] is None:
        raise NotUnderstood("an empty file")
    books = Books(read_all[0], read_all[1], read_all[2])
    if len({book.major for book in books if book}) > 1:
        raise NotUnderstood("notebooks of two major versions")
    resolved: list[Resolution] = []
    layout = layout_of(texts.ours, books.ours.document.root)
    job = Job(options, layout, all(book.python for book in books if book), resolved)
    try:
        body = root(job, books)
    except Unplaced as problem:
        raise NotUnderstood(str(problem)) from problem
    return finished(body, books, texts, job)


def root(job: Job, books: Books) -> Part:
    """The top of the file, member by member."""
    left: list[Open] = []

    def rule(name: str, parts: Member) -> Part:
        if name in ("cells", "worksheets"):
            return all_cells(job, books, name)
        if name == "nbformat_minor":
            return minor(job, books, parts)
        if name == "metadata":
            return metadata(job, parts, left)
        return cells.value(job, parts, name, left)

    part = members(books.nodes, rule, last="metadata")
    if left and member(books.ours.document.root, "metadata") is None:
        raise NotUnderstood("no metadata to show a conflict in")
    return part


def minor(job: Job, books: Books, parts: Member) -> Part:
    """The larger one: every reader of it reads both sides' cells."""
    if parts.ours is None or parts.theirs is None:
        raise NotUnderstood("no nbformat_minor")
    if books.ours.minor == books.theirs.minor:
        return plain(parts.ours.value.text)
    job.note("larger-minor", "nbformat_minor", "", str(books.ours.minor), str(books.theirs.minor))
    larger = parts.ours if books.ours.minor > books.theirs.minor else parts.theirs
    return plain(larger.value.text)


def metadata(job: Job, parts: Member, left: list[Open]) -> Part:
    base, ours, theirs = parts
    if ours is None or theirs is None:
        raise NotUnderstood("a side without metadata")
    if {"map"} != {one.value.kind for one in parts if one}:
        raise NotUnderstood("metadata that is no map")

    def rule(name: str, inner: Member) -> Part:
        if name not in TOOLS:
            return cells.value(job, inner, f"metadata.{name}", left)
        if not any(same_value(*pair) for pair in (inner[:2], inner[::2], inner[1:])):
            job.note("metadata-of-ours", f"metadata.{name}")
        return cells.either(inner, "ours")

    part = members((base.value if base else None, ours.value, theirs.value), rule)
    return cells.flagged(job, part, "", left, ours)


def all_cells(job: Job, books: Books, name: str) -> Part:
    """The list of cells; in nbformat 3 the worksheet around it too."""
    if name == "worksheets":
        return worksheets(job, books)
    return cell_list(job, books)


def worksheets(job: Job, books: Books) -> Part:
    """The one worksheet: its cells, and its metadata by the rules of JSON."""
    lists = [member(node, "worksheets") if node else None for node in books.nodes]
    outer = [one.value if one else None for one in lists]
    inner = [one.items[0].value if one else None for one in outer]
    if outer[1] is None or inner[1] is None or inner[2] is None:
        raise NotUnderstood("no worksheet")
    left: list[Open] = []

    def rule(key: str, parts: Member) -> Part:
        if key == "cells":
            return cell_list(job, books)
        return cells.value(job, parts, f"worksheets.{key}", left)

    part = members((inner[0], inner[1], inner[2]), rule)
    if left:
        raise NotUnderstood("the worksheet's own members clash")
    return joined(outer[1], [Row(piece(outer[1].items[0]), part)])


def cell_list(job: Job, books: Books) -> Part:
    aligned = align(*books)
    noted(job, aligned)
    ours, theirs = books.ours.cells_node, books.theirs.cells_node
    rows = []
    used: set[str] = set()
    needs_ids = (books.ours.major, max(books.ours.minor, books.theirs.minor)) >= WITH_IDS
    strict = job.options.rules.cells == "conflict"
    for place, (trio, contested) in enumerate(zip(aligned.cells, aligned.contested, strict=True)):
        part = one_cell(job, trio, ours, f"cells.{place}", open_ended=strict and contested)
        kept = trio.ours or trio.theirs
        if part.marked is None or kept is None:
            continue
        if needs_ids:
            part = identified(job, part, used)
        around = settled(kept.item, ours if trio.ours else theirs, ours)
        rows.append(Row(around, part))
    return joined(frame_of(ours, theirs), rows)


def noted(job: Job, aligned: Aligned) -> None:
    if any(aligned.contested) and job.options.rules.cells == "both":
        job.note("cells-of-both", "cells")
    if aligned.reordered:
        job.note("order-of-ours", "cells")


def one_cell(job: Job, trio: Trio, ours: Node, where: str, *, open_ended: bool) -> Part:
    """open_ended: a new cell is for people to place."""
    if trio.ours and trio.theirs:
        return cells.merge(job, trio, where)
    part = cells.left_by_one(job, trio, where, open_ended=open_ended)
    if trio.theirs is None or not ours.items:
        return part
    # Text of theirs, which may stand at another indentation.
    target = ours.items[0].value
    moved = (text and fitted_text(text, trio.theirs.node, target) for text in part.readings)
    return part_of(moved, part.conflicts)


def fitted_text(text: bytes, source: Node, target: Node) -> bytes:
    if text == source.text:
        return fitted(source, target)
    return text


def identified(job: Job, part: Part, used: set[str]) -> Part:
    """The cell with an id that no cell before it has; a new one comes from its content."""
    text = part.marked or b""
    found = member(json_text.parse(text, {}, frozenset({"outputs", "source"})).root, "id")
    own = found.value.value if found else ""
    if own and own not in used:
        used.add(own)
        return part
    new = next(name for name in ids_from(text) if name not in used)
    used.add(new)
    job.note("cell-id", "cells", own, "", "", new)
    return part_of((one and with_id(job, one, new) for one in part.readings), part.conflicts)


def with_id(job: Job, text: bytes, new: str) -> bytes:
    """The cell with this id: in place of its old one, or as its last member."""
    node = json_text.parse(text, {}, frozenset({"outputs", "source"})).root
    found = member(node, "id")
    if found:
        old = found.value
        return text[: old.start] + b'"' + new.encode() + b'"' + text[old.end :]
    lead = node.items[0].lead
    indent = lead.rpartition(b"\n")[2].decode()[: -len(job.layout.unit or "") or None]
    return with_member(text, "id", new, job.layout, indent)


def ids_from(text: bytes) -> Iterator[str]:
    """Ids by content: the same cell gets the same one on every machine."""
    for turn in count():
        yield f"{binascii.crc32(text + bytes(str(turn), 'ascii')):08x}"


def finished(body: Part, books: Books, texts: Texts, job: Job) -> Merged:
    """The file with what stands around the value, and the lines of its conflicts."""
    documents = [book.document if book else None for book in books]
    head = around(*(one.head if one else b"" for one in documents))
    tail = around(*(one.tail if one else b"" for one in documents))
    ends = b"\r\n" if texts.crlf else b"\n"
    whole = [(head + (text or b"") + tail).replace(b"\n", ends) for text in body.readings]
    lines = embedded.starts(whole[0], job.options.marker_size)
    if len(lines) != len(body.conflicts):
        raise NotUnderstood("the markers do not say what is open")
    conflicts = tuple(
        one._replace(line=line) for one, line in zip(body.conflicts, lines, strict=True)
    )
    readings = tuple(whole[1:]) if conflicts else ()
    return Merged(whole[0], conflicts, tuple(job.resolved), readings=readings)

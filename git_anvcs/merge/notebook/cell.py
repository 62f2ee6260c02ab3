"""One cell that at least one side changed."""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.merge import markers
from git_anvcs.merge.data import three_way
from git_anvcs.merge.data.node import Item, Node
from git_anvcs.merge.data.place import fitted
from git_anvcs.merge.data.write import Segment, Unplaced
from git_anvcs.merge.notebook import outputs, source
from git_anvcs.merge.notebook.align import Trio
from git_anvcs.merge.notebook.part import (
    GONE,
    Layout,
    Part,
    members,
    part_of,
    plain,
    with_member,
)
from git_anvcs.merge.notebook.part import Trio as Member
from git_anvcs.merge.notebook.read import Cell, same_value
from git_anvcs.merge.notebook.source import Source
from git_anvcs.merge.result import Conflict, NotUnderstood, Options, Resolution, Rules

# Say how a cell looks or when it ran: no conflict; they go with the outputs.
VOLATILE = ("collapsed", "scrolled", "autoscroll", "execution", "ExecuteTime")
PROSE = ("markdown", "heading")
FLAG = "anvcs"  # the member of the metadata that says what is open


class Job(NamedTuple):
    """What one merge needs everywhere.

    resolved: filled on the way, one for each place where a rule decided
    """

    options: Options
    layout: Layout
    python: bool
    resolved: list[Resolution]

    def note(self, rule: str, where: str, *texts: str) -> None:
        """texts: base, ours, theirs, result"""
        base, ours, theirs, result = (text[:2000] for text in (*texts, "", "", "", "")[:4])
        self.resolved.append(Resolution(rule, where, base, ours, theirs, result))


class Open(NamedTuple):
    """A conflict outside the source: shown in the metadata, where it is valid."""

    kind: str
    where: str
    base: bytes
    ours: bytes
    theirs: bytes


def merge(job: Job, trio: Trio, where: str) -> Part:
    """The value of a cell that both sides have."""
    base, ours, theirs = trio
    if ours is None or theirs is None:
        raise ValueError("both sides have this cell")
    if ours.node.text == theirs.node.text or (base and unchanged(base, theirs)):
        return plain(ours.node.text)
    if base and unchanged(base, ours):
        return plain(fitted(theirs.node, ours.node))
    if len({cell.kind for cell in trio if cell}) > 1:
        return retyped(job, trio, where)
    return by_member(job, trio, text_of(job, trio, where), where)


def text_of(job: Job, trio: Trio, where: str) -> Source:
    base, ours, theirs = trio
    if ours is None or theirs is None:
        raise ValueError("both sides have this cell")
    python = job.python and ours.kind == "code"
    texts = (base.text if base else None, ours.text, theirs.text)
    merged = source.merge(texts, job.options, python=python, prosaic=ours.kind in PROSE)
    if merged.rule and not merged.conflicts:
        job.note(merged.rule, f"{where}.source", texts[0] or "", *texts[1:], merged.marked)
    return merged


def by_member(job: Job, trio: Trio, text: Source, where: str) -> Part:
    """The cell with this source, every other member by its own rule."""
    base, ours, theirs = trio
    if ours is None or theirs is None:
        raise ValueError("both sides have this cell")
    taken, rule = outputs.chosen(trio, text.marked, job.options.rules.outputs)
    if rule:
        job.note(rule, f"{where}.outputs")
    left: list[Open] = []
    kind = "edit/edit" if text.conflicts else ""

    def member(name: str, parts: Member) -> Part:
        if name == ours.source:
            return source_part(job, trio, text, where)
        if name == "metadata":
            return metadata(job, parts, taken, where, left, kind)
        return of_run(name, parts, taken) or value(job, parts, f"{where}.{name}", left)

    nodes = (base.node if base else None, ours.node, theirs.node)
    part = members(nodes, member, last="metadata")
    if left and ours.member("metadata") is None:
        raise NotUnderstood("no metadata to show a conflict in")
    return part


def source_part(job: Job, trio: Trio, text: Source, where: str) -> Part:
    base, ours, theirs = trio
    cells = tuple(cell for cell in (ours, theirs, base) if cell)
    indent = indent_of(cells[0].node)
    readings = (
        source.written(one, cells, job.layout, indent)
        for one in (text.marked, text.ours, text.theirs)
    )
    conflicts = tuple(one._replace(where=f"{where}.source") for one in text.conflicts)
    return part_of(readings, conflicts)


def indent_of(node: Node) -> str:
    """The indentation of a container's members; empty when it is on one line."""
    lead = node.items[0].lead if node.items else b""
    return lead.rpartition(b"\n")[2].decode() if b"\n" in lead else ""


def of_run(name: str, parts: Member, taken: str) -> Part | None:
    """What belongs to a run of the cell, and its id; None for any other member."""
    if name in outputs.MEMBERS:
        return output(name, parts, taken)
    if name in (*VOLATILE, "id"):
        return either(parts, "ours" if name == "id" else taken)
    return None


def output(name: str, parts: Member, taken: str) -> Part:
    item = parts.theirs if taken == "theirs" else parts.ours
    if taken == "none":
        return plain(b"[]" if name == "outputs" else b"null")
    if item is None:
        return GONE
    target = parts.ours or item
    return plain(fitted(item.value, target.value))


def either(parts: Member, taken: str) -> Part:
    """The side that changed it; of both, the one whose outputs the cell has."""
    base, ours, theirs = parts
    if same_value(base, theirs):
        item = ours
    elif same_value(base, ours):
        item = theirs
    else:
        item = theirs if taken == "theirs" else ours
    return plain(item.value.text) if item else GONE


def metadata(job: Job, parts: Member, taken: str, where: str, left: list[Open], kind: str) -> Part:
    """Key by key; with what is open in the cell written into it."""
    base, ours, theirs = parts
    if ours is None or theirs is None:
        raise NotUnderstood("a side without metadata")

    def member(name: str, inner: Member) -> Part:
        if name in VOLATILE:
            return either(inner, taken)
        return value(job, inner, f"{where}.metadata.{name}", left)

    if {"map"} != {one.value.kind for one in parts if one}:
        raise NotUnderstood("metadata that is no map")
    part = members((base.value if base else None, ours.value, theirs.value), member)
    return flagged(job, part, kind, left, ours)


def flagged(job: Job, part: Part, kind: str, left: Sequence[Open], ours: Item) -> Part:
    """The metadata with a flag that names the conflict, and what is open outside the source."""
    if not (kind or left) or part.marked is None:
        return part
    indent = ours.lead.rpartition(b"\n")[2].decode() if b"\n" in ours.lead else ""
    flag = [row for one in left for row in shown(one, job.options)] or kind
    text = with_member(part.marked, FLAG, {"conflict": flag}, job.layout, indent)
    conflicts = tuple(
        Conflict(one.kind, one.where, 1, *(text.decode() for text in one[2:])) for one in left
    )
    return part._replace(marked=text, conflicts=(*part.conflicts, *conflicts))


def shown(one: Open, options: Options) -> list[str]:
    """A conflict as the lines of a list of strings."""
    texts = [markers.lines_of(text + b"\n" if text else b"") for text in one[2:]]
    sizes = [size for lines in texts for size in (0, len(lines))]
    block = markers.block(texts, markers.Chunk("conflict", *sizes), options)
    return [line.decode("utf-8", "surrogateescape") for line in block]


def value(job: Job, parts: Member, where: str, left: list[Open]) -> Part:
    """A member by the rules of JSON; a conflict leaves ours there and is put into `left`."""
    base, ours, theirs = parts
    kept = ours or theirs
    if kept is None:
        return GONE
    if ours and theirs:
        return both(job, parts, where, left)
    if base is None:
        return plain(kept.value.text)
    if same_value(base, kept):
        return GONE
    kind = "modify/delete" if ours else "delete/modify"
    left.append(Open(kind, where, *(member_text(one) for one in parts)))
    text = kept.value.text
    return Part(text, text if ours else None, text if theirs else None)


def both(job: Job, parts: Member, where: str, left: list[Open]) -> Part:
    base, ours, theirs = parts
    if ours is None or theirs is None:
        raise ValueError("both sides have this member")
    rules = Rules((("*tags", "set"), *job.options.rules.lists))
    inner = three_way.Job(job.options.path, rules, no_text, job.resolved)
    path = tuple(where.split("."))
    try:
        segments = three_way.value(inner, base and base.value, ours.value, theirs.value, path)
    except Unplaced as problem:
        left.append(Open(problem.kind, problem.where, *(member_text(one) for one in parts)))
        return Part(ours.value.text, ours.value.text, fitted(theirs.value, ours.value))
    mine, yours = reading(segments, "ours"), reading(segments, "theirs")
    left += [
        Open(one.kind, one.where, *(text.strip() for text in (one.base, one.ours, one.theirs)))
        for one in segments
        if one.kind
    ]
    return Part(mine, mine, yours)


def reading(segments: Sequence[Segment], side: str) -> bytes:
    """The value as a side of its conflicts reads. A conflict ends its last line itself."""
    out = b""
    ended = False
    for one in segments:
        text = one.theirs if one.kind and side == "theirs" else one.ours
        out += text.removeprefix(b"\n") if ended and not one.kind else text
        ended = bool(one.kind) or (ended and not text)
    return out


def no_text(_base: Node, _ours: Node, _theirs: Node) -> bytes | None:
    """JSON has no scalars of several lines."""
    return None


def member_text(item: Item | None) -> bytes:
    return item.head + item.value.text if item else b""


def unchanged(base: Cell, side: Cell) -> bool:
    return base.node.canon == side.node.canon


def edited(base: Cell, side: Cell) -> bool:
    """Whether the side changed more of a cell than its outputs and how it looks."""
    if base.kind != side.kind or source.differs(base.text, side.text):
        return True
    aside = {*outputs.MEMBERS, *VOLATILE, "id", base.source, side.source}
    names = {item.key for cell in (base, side) for item in cell.node.items} - aside - {"metadata"}
    if any(not same_value(base.member(name), side.member(name)) for name in names):
        return True
    inner = [
        {item.key: item.value.canon for item in found.value.items if item.key not in VOLATILE}
        for found in (base.member("metadata"), side.member("metadata"))
        if found
    ]
    return len(inner) == 2 and inner[0] != inner[1]


def left_by_one(job: Job, trio: Trio, where: str, *, open_ended: bool = False) -> Part:
    """A cell that one side deleted: gone, unless the other edited it. A new one stays.

    open_ended: a new one is a conflict
    """
    base, ours, theirs = trio
    kept = ours or theirs
    if kept is None:
        return GONE
    if base is None:
        return (
            against_nothing(job, trio, kept, "add/add", where)
            if open_ended
            else plain(kept.node.text)
        )
    if not edited(base, kept):
        if not unchanged(base, kept):
            job.note("delete-outputs", where)
        return GONE
    return against_nothing(job, trio, kept, "modify/delete" if ours else "delete/modify", where)


def against_nothing(job: Job, trio: Trio, kept: Cell, kind: str, where: str) -> Part:
    """The cell of one side as a conflict with its absence on the other."""
    _base, ours, theirs = trio
    texts = [cell.text if cell else "" for cell in trio]
    text = source.undecided(texts[0], texts[1], texts[2], job.options)
    found = text.conflicts[0]._replace(kind=kind, where=where)
    marked = rewritten(job, kept, text.marked, kind)
    whole = kept.node.text
    return Part(marked, whole if ours else None, whole if theirs else None, (found,))


def rewritten(job: Job, cell: Cell, text: str, kind: str) -> bytes:
    """The cell with another source, and a flag in its metadata."""

    def member(name: str, parts: Member) -> Part:
        if parts.ours is None:
            return GONE
        if name == cell.source:
            return plain(source.written(text, (cell,), job.layout, indent_of(cell.node)))
        if name == "metadata":
            return flagged(job, plain(parts.ours.value.text), kind, (), parts.ours)
        return plain(parts.ours.value.text)

    return members((cell.node, cell.node, cell.node), member).marked or b""


def retyped(job: Job, trio: Trio, where: str) -> Part:
    """A cell that changed its type: as the side that did so has it, if the other edited nothing."""
    base, ours, theirs = trio
    if ours is None or theirs is None:
        raise ValueError("both sides have this cell")
    if base and not edited(base, theirs):
        return plain(ours.node.text)
    if base and not edited(base, ours):
        return plain(fitted(theirs.node, ours.node))
    text = source.undecided(base.text if base else "", ours.text, theirs.text, job.options)
    marked = rewritten(job, ours, text.marked, "type-change")
    found = text.conflicts[0]._replace(kind="type-change", where=where)
    return Part(marked, ours.node.text, fitted(theirs.node, ours.node), (found,))

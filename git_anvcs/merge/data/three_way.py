"""Merge three values by key, element by element; what both sides changed differently is a conflict.

Only what differs in all three versions is walked. The result is written as ours, with theirs'
changes spliced in.
"""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from git_anvcs.merge import lines
from git_anvcs.merge.data import identity, one_of, union, version
from git_anvcs.merge.data.node import Item, Node
from git_anvcs.merge.data.order import Rivalry, arranged, rivals, same_order
from git_anvcs.merge.data.place import aligned, fitted, line_indent, settled, shifted
from git_anvcs.merge.data.trio import Trio, comments, three, unchanged
from git_anvcs.merge.data.write import Entry, Piece, Segment, Unplaced, container, piece
from git_anvcs.merge.result import Resolution, Rules

DEEPEST = 120  # levels that all three versions change; deeper is merged by lines

Path = tuple[str, ...]
Scalars = Callable[[Node, Node, Node], bytes | None]


class Job(NamedTuple):
    """What one merge needs everywhere.

    scalar: merges a scalar that both sides changed, or None
    resolved: filled on the way, one for each place where a rule decided
    roots: the whole files; None where both sides added the file, or it is part of another
    """

    path: str
    rules: Rules
    scalar: Scalars
    resolved: list[Resolution]
    roots: tuple[Node, Node, Node] | None = None


def root(job: Job, base: Node | None, ours: Node, theirs: Node) -> list[Segment]:
    """The merged value of a whole file. Raises Unplaced when its conflicts have no lines.

    Where theirs only changed the layout, ours' changes go into that layout: else it would be lost.
    """
    job = job._replace(roots=(base, ours, theirs) if base else None)
    if base and base.canon == theirs.canon != ours.canon and base.text != theirs.text:
        tried = job._replace(resolved=[])
        try:
            segments = value(tried, base, theirs, ours, ())
        except Unplaced:
            segments = []
        if segments and not any(segment.kind for segment in segments):
            note(job, "layout-of-theirs", (), (base, ours, theirs), b"")
            return segments
    return value(job, base, ours, theirs, ())


def value(job: Job, base: Node | None, ours: Node, theirs: Node, where: Path) -> list[Segment]:
    """The merged value. Raises Unplaced for a conflict that the item around it must show."""
    if base is None:
        if ours.canon == theirs.canon:
            return [Segment(ours.text)]
        whole = union.fuller(ours, theirs)
        if whole:
            return [Segment(fitted(whole, ours))]
    elif settled_by := untouched(base, ours, theirs):
        return [Segment(fitted(settled_by, ours))]
    if ours.kind == theirs.kind != "scalar" and ours.style == theirs.style:
        if len(where) > DEEPEST:
            raise RecursionError
        return collection(job, base, ours, theirs, where)
    if base is None or not ours.kind == theirs.kind == base.kind == "scalar":
        raise Unplaced(clash_kind(base, ours, theirs), dotted(where))
    return [Segment(scalar(job, base, ours, theirs, where))]


def scalar(job: Job, base: Node, ours: Node, theirs: Node, where: Path) -> bytes:
    """A scalar that both sides changed: by its lines, by what it leads to or as a version."""
    nodes = (base, ours, theirs)
    text = job.scalar(*nodes)
    if text is not None:
        note(job, "text-in-scalar", where, nodes, text)
        return text
    spelling = same_reference(job, (base.value, ours.value, theirs.value), where)
    if spelling is not None:
        text = ours.text if spelling == ours.value else theirs.text
        note(job, "same-reference", where, nodes, text)
        return text
    if job.rules.speculative:
        taken = version.larger(base.value, ours.value, theirs.value, where)
        if taken is not None:
            text = ours.text if taken == ours.value else theirs.text
            note(job, "larger-version", where, nodes, text)
            return text
    raise Unplaced("edit/edit", dotted(where))


def same_reference(job: Job, written: tuple[str, str, str], where: Path) -> str | None:
    if not where or where[-1] != "$ref" or job.roots is None:
        return None
    from git_anvcs.merge.data import reference  # it reads URIs: 3 ms that few merges need

    found = reference.addresses(*job.roots)
    return reference.meant(written, found) if found else None


def untouched(base: Node, ours: Node, theirs: Node) -> Node | None:
    """The version that stands when at most one side changed the value, or both did the same."""
    if theirs.text in (ours.text, base.text):
        return ours
    if base.text == ours.text:
        return theirs
    if ours.kind == theirs.kind == base.kind != "scalar" and ours.style == theirs.style:
        return None  # the order of keys and the layout of one side still count: walk it
    if theirs.canon in (base.canon, ours.canon):
        return ours
    return theirs if base.canon == ours.canon else None


def clash_kind(base: Node | None, ours: Node, theirs: Node) -> str:
    if base is None:
        return "add/add"
    return "edit/edit" if ours.kind == theirs.kind == base.kind else "type-change"


def collection(job: Job, base: Node | None, ours: Node, theirs: Node, where: Path) -> list[Segment]:
    """A map, or a list with identities, by key; any other list as a sequence."""
    nodes = (base, ours, theirs)
    if base and (base.kind, base.style) != (ours.kind, ours.style):
        raise Unplaced("type-change", dotted(where))
    # Each key of a file that both sides add is a setting of its own.
    whole = not where or union.sound(where, job.rules)
    if base is None and not (ours.kind == "map" and whole):
        raise Unplaced("add/add", dotted(where))
    if ours.kind == "map":
        rows: list[list[Hashable]]
        rows = [[item.key for item in node.items] if node else [] for node in nodes]
        return keyed(job, nodes, (rows[0], rows[1], rows[2]), where)
    found = identity.keys(nodes, job.path, where, job.rules)
    if found == "atomic":
        raise Unplaced("edit/edit", dotted(where))
    if isinstance(found, str):
        return sequence(job, nodes, where)
    return keyed(job, nodes, found, where)


Nodes = tuple[Node | None, Node, Node]


def keyed(job: Job, nodes: Nodes, keys: identity.Keys, where: Path) -> list[Segment]:
    """Each key by itself, in ours' order; a reordering by one side is applied."""
    maps = [
        dict(zip(row, node.items if node else (), strict=True))
        for row, node in zip(keys, nodes, strict=True)
    ]
    is_map = nodes[1].kind == "map"
    ordered = not is_map and identity.in_order(job.path, where, job.rules)
    by_value = is_map and union.sound(where, job.rules)
    rivalry = rivals(keys, maps if by_value else None, in_order=ordered)
    entries: list[Entry] = []
    rewritten = all(one.value.kind == "scalar" and not one.key for one in nodes[1].items)
    for key in arranged(keys, lambda key: spelled(key, maps), in_place=rewritten):
        trio = Trio(*(found.get(key) for found in maps))
        if key in rivalry:
            place = rivalry[key]
            entries += [rival(nodes, maps, place, where)] if place else []
            continue
        entries += item(job, trio, nodes, (*where, named(key, trio)))
    if is_map:
        one_way(job, nodes, keys, rivalry, where)
    decided(job, nodes, maps, where)
    if not same_order(keys):
        note(job, "order-of-ours", where, nodes, b"")
    frame = frame_of(nodes, where)
    return container(aligned(entries, frame), frame)


def one_way(job: Job, nodes: Nodes, keys: identity.Keys, rivalry: Rivalry, where: Path) -> None:
    """Raises Unplaced where the merged map would hold alternatives that exclude each other."""
    versions = [one_of.keys_of(node) for node in nodes]
    base, ours, theirs = versions
    kept = {key for key in {*ours, *theirs} if key not in base or (key in ours and key in theirs)}
    ways = one_of.of_file(job.path, job.rules.schema, job.roots or ())
    found = ways.clash(where, kept - rivalry.keys(), versions)
    if found:
        raise Unplaced("one-of", dotted((*where, " | ".join(found))))


def named(key: Hashable, trio: Trio) -> str:
    """How a path names this item."""
    if isinstance(key, str):
        return key
    return "*"


def spelled(key: Hashable, maps: list[dict[Hashable, Item]]) -> str:
    """What to sort by: the key of a map, the identity of a list's element."""
    if isinstance(key, str):
        return key
    if isinstance(key, tuple):
        return "\0".join(str(part) for part in key)
    found = next((one[key] for one in maps if key in one), None)
    return found.value.value if found else ""


def rival(
    nodes: Nodes,
    maps: list[dict[Hashable, Item]],
    keys: tuple[list[Hashable], list[Hashable], list[Hashable]],
    where: Path,
) -> Entry:
    """Both sides replaced the same item by something else."""
    base, ours, theirs = (
        [placed(found[key], node, nodes[1]) for key in row]
        for found, row, node in zip(maps, keys, nodes, strict=True)
    )
    kind = "edit/edit" if base else "add/add"
    return Entry(ours, base, theirs, kind, dotted((*where, "*")))


def item(job: Job, trio: Trio, nodes: Nodes, where: Path) -> list[Entry]:
    """One item of a map or a keyed list: kept, taken, deleted, merged or a conflict."""
    base, ours, theirs = trio
    if ours and theirs:
        return [together(job, trio, nodes, where)]
    left = ours or theirs
    if left is None or (base and unchanged(base, left)):
        return []
    if base is None:
        return [Entry([placed(left, nodes[2] if left is theirs else nodes[1], nodes[1])])]
    kind = "modify/delete" if ours else "delete/modify"
    return [conflict(trio, nodes, kind, where)]


def conflict(trio: Trio, nodes: Nodes, kind: str, where: Path) -> Entry:
    base, ours, theirs = (
        [placed(one, node, nodes[1])] if one else [] for one, node in zip(trio, nodes, strict=True)
    )
    return Entry(ours, base, theirs, kind, dotted(where))


def together(job: Job, trio: Trio, nodes: Nodes, where: Path) -> Entry:
    """An item that both sides have."""
    base, ours, theirs = trio
    if ours is None or theirs is None:
        raise ValueError("both sides have this item")
    frame = comments(trio)
    if frame is None:
        return conflict(trio, nodes, "edit/edit", where)
    head = three(base.head if base else None, ours.head, theirs.head)
    if head is None:
        return conflict(trio, nodes, "edit/edit", where)
    around = placed(frame, nodes[2] if frame is theirs else nodes[1], nodes[1])
    try:
        body = value(job, base.value if base else None, ours.value, theirs.value, where)
    except Unplaced as problem:
        entry = conflict(trio, nodes, problem.kind, where)
        return entry._replace(where=problem.where)
    return Entry([around._replace(body=[Segment(head), *body])])


def placed(one: Item, source: Node | None, target: Node) -> Piece:
    """An item of another version, indented as ours' container has it."""
    return piece(one) if source is None or source is target else settled(one, source, target)


def frame_of(nodes: Nodes, where: Path) -> Node:
    """The container that gives begin and end: ours, or theirs where ours is empty.

    Comments before the end stand there as the side that changed them has them.
    """
    base, ours, theirs = nodes
    moved = shifted(theirs.close, line_indent(theirs), line_indent(ours))
    before, mine, yours = ((node.close if node else b"").split() for node in nodes)
    if yours in (before, mine):
        return ours if ours.items else theirs._replace(close=moved)
    if before != mine and base:
        raise Unplaced("edit/edit", dotted(where))
    return (ours if ours.items else theirs)._replace(close=moved)


def sequence(job: Job, nodes: Nodes, where: Path) -> list[Segment]:
    """A list without identities: as lines merge, element by element."""
    items = [node.items if node else () for node in nodes]
    rows = [[one.value.canon for one in row] for row in items]
    entries: list[Entry] = []
    for chunk in lines.merge3(*rows):
        b = items[0][chunk.base0 : chunk.base1]
        o = items[1][chunk.ours0 : chunk.ours1]
        t = items[2][chunk.theirs0 : chunk.theirs1]
        if chunk.kind == "theirs":
            entries += [Entry([placed(one, nodes[2], nodes[1])]) for one in t]
        elif chunk.kind == "conflict" and not (len(b) == len(o) == len(t)):
            rows3 = [
                [placed(one, node, nodes[1]) for one in row]
                for row, node in zip((b, o, t), nodes, strict=True)
            ]
            kind = "edit/edit" if b else "add/add"
            entries.append(Entry(rows3[1], rows3[0], rows3[2], kind, dotted((*where, "*"))))
        elif chunk.kind in ("conflict", "same"):
            for one in zip(b, o, t, strict=True):
                entries.append(together(job, Trio(*one), nodes, (*where, "*")))
        else:
            entries += [Entry([piece(one)]) for one in o]
    note(job, "list-as-sequence", where, nodes, b"")
    frame = frame_of(nodes, where)
    return container(aligned(entries, frame), frame)


def decided(job: Job, nodes: Nodes, maps: list[dict[Hashable, Item]], where: Path) -> None:
    """Note that both sides changed this container, when they did so in different items."""
    base, ours, theirs = maps
    changed = [
        any(key not in side or not unchanged(one, side[key]) for key, one in base.items())
        or side.keys() != base.keys()
        for side in (ours, theirs)
    ]
    if all(changed):
        rule = "map-by-key" if nodes[1].kind == "map" else "list-by-identity"
        note(job, rule, where, nodes, b"")


SHOWN = 2000  # bytes of a version that a resolution quotes


def note(
    job: Job, rule: str, where: Path, nodes: tuple[Node | None, Node, Node], text: bytes
) -> None:
    base, ours, theirs = (lines.decoded(node.text[:SHOWN]) if node else "" for node in nodes)
    result = lines.decoded(text[:SHOWN])
    job.resolved.append(Resolution(rule, dotted(where), base, ours, theirs, result))


def dotted(where: Path) -> str:
    return ".".join(where)

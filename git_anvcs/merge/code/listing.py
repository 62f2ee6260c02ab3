"""Bracketed lists: arguments, parameters, literals. Elements merge; commas and layout follow."""

from collections.abc import Callable, Sequence
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.align import Matching
from git_anvcs.merge.code.combine import Combine
from git_anvcs.merge.code.identity import Identity
from git_anvcs.merge.code.outcome import Parts, Place, Unmerged, joined, simple
from git_anvcs.merge.code.paths import COMMENTS
from git_anvcs.merge.code.sequence import three_way
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.profile_rows import ListRule

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Cell(NamedTuple):
    """An element: its text, what stands in front of it, and the comment behind its comma."""

    node: "Node"
    text: bytes
    before: bytes
    after: bytes
    key: str
    free: bool
    late: bool
    barrier: bool


class Listing(NamedTuple):
    """head: the opening bracket; tail: what stands before the closing one, and it"""

    source: Source
    head: bytes
    cells: list[Cell]
    tail: bytes
    comma: bool

    @property
    def tall(self) -> bool:
        """Whether elements stand on lines of their own."""
        return any(b"\n" in cell.before for cell in self.cells)


FREE = ListRule({}, ("*",), (), (), ())


def read(source: Source, node: "Node") -> Listing:
    """The list in brackets that `node` is. Raises Unmerged where it is no plain list."""
    children = node.children
    if len(children) < 2 or children[0].is_named or children[-1].is_named:
        raise Unmerged
    head = source.of(children[0])
    rule = rule_of(source, node)
    return cut(source, children[1:-1], children[0].end_byte, node.end_byte, (head, rule))


def rule_of(source: Source, node: "Node") -> ListRule:
    rule = source.profile.lists[node.type]
    if rule.free_in and node.parent is not None:
        start = source.text.rfind(b"\n", 0, node.start_byte) + 1
        line = source.text[start : node.start_byte].decode("utf-8", "replace")
        name = re.match(r"(\w+)\s*\+?=\s*$", line)
        if name and name[1] in rule.free_in:
            return rule._replace(free=("*",))
    return rule


def cut(
    source: Source, children: Sequence["Node"], start: int, end: int, with_: tuple[bytes, ListRule]
) -> Listing:
    """Cut the bytes from `start` to `end` into elements."""
    head, rule = with_
    text = source.text
    cells: list[Cell] = []
    at = start
    comma = True
    for child in children:
        if child.type in COMMENTS:
            # Behind a comma, on its line: the comment of that element.
            if cells and comma and b"\n" not in text[at : child.start_byte]:
                cells[-1] = cells[-1]._replace(after=text[at : child.end_byte])
                at = child.end_byte
            elif cells and not comma:
                raise Unmerged
        elif child.type == ",":
            if text[at : child.start_byte].strip() or comma:
                raise Unmerged
            comma, at = True, child.end_byte
        elif not child.is_named or not comma:
            raise Unmerged
        else:
            cells.append(cell(source, child, text[at : child.start_byte], rule))
            comma, at = False, child.end_byte
    return Listing(source, head, cells, text[at:end], comma and bool(cells))


def cell(source: Source, node: "Node", before: bytes, rule: ListRule) -> Cell:
    field = rule.keys.get(node.type)
    text = source.of(node)
    named = text
    if field == "*":
        named = source.of(node.named_children[0])
    elif field:
        name = node.child_by_field_name(field)
        named = source.of(name) if name else text
    key = named.decode("utf-8", "replace")
    free = "*" in rule.free or node.type in rule.free
    late, barrier = node.type in rule.late, node.type in rule.barriers
    return Cell(node, text, before, b"", key, free, late, barrier)


Pair = Callable[[Cell, Cell, Cell], bytes]


def merge(place: Place, base: Listing, ours: Listing, theirs: Listing, pair: Pair) -> bytes:
    """The merged list. Raises Unmerged."""
    if any(cell.barrier for one in (base, ours, theirs) for cell in one.cells):
        base, ours, theirs = (ordered(one) for one in (base, ours, theirs))
    entries = three_way(base.cells, ours.cells, theirs.cells, combine(place, pair))
    frame = theirs if ours.tall == base.tall != theirs.tall else ours
    cells = []
    for entry in entries:
        old, mine, yours = (
            one.cells[span[0]] if span else None
            for one, span in zip((base, ours, theirs), entry[:3], strict=True)
        )
        found = (yours or mine if frame is theirs else mine or yours) or old
        cells.append(dressed(found, joined(entry.parts), old, mine, yours))
    reject_doubles(cells, (base, ours, theirs))
    if len(cells) < 2 <= min(len(one.cells) for one in (base, ours, theirs)):
        raise Unmerged  # both deleted: a tuple of one would need its comma
    comma = simple(*(bytes([one.comma]) for one in (base, ours, theirs)))
    return write(frame, first_in_front(cells, base), bool(comma and comma[0]))


def ordered(one: Listing) -> Listing:
    return one._replace(cells=[cell._replace(free=False) for cell in one.cells])


def combine(place: Place, pair: Pair) -> Combine[Cell]:
    def twin(_mine: Cell, _yours: Cell) -> Parts | None:
        raise Unmerged

    def dropped(_old: Cell, _left: Cell, _side: str) -> Parts | None:
        raise Unmerged

    def clash(*_: object) -> Parts:
        raise Unmerged

    def note(rule: str, mine: Sequence[Cell], yours: Sequence[Cell]) -> None:
        texts = (b", ".join(cell.text for cell in cells) for cells in (mine, yours))
        ours, theirs = texts
        place.note(rule, b"", ours, theirs, ours + b", " + theirs)

    return Combine(
        matching=Matching(lambda x: x.text, identity, lambda x: x.node.type),
        pair=lambda old, mine, yours: [pair(old, mine, yours)],
        twin=twin,
        dropped=dropped,
        clash=clash,
        between=between,
        note=note,
    )


def identity(one: Cell) -> Identity:
    return Identity(one.key, once=one.free or one.late, free=one.free)


def between(mine: Sequence[Cell], yours: Sequence[Cell]) -> bool:
    """Order-free elements beside anything; parameters with a default beside each other."""
    fixed_mine = [cell for cell in mine if not cell.free]
    fixed_yours = [cell for cell in yours if not cell.free]
    if all(cell.late for cell in [*fixed_mine, *fixed_yours]):
        return True
    return not (fixed_mine and fixed_yours)


def dressed(
    found: Cell | None, text: bytes, base: Cell | None, ours: Cell | None, theirs: Cell | None
) -> Cell:
    """The merged element with the layout and comments of the side that changed them."""
    if found is None:
        raise Unmerged
    if not (base and ours and theirs):
        return found._replace(text=text)
    before = simple(base.before, ours.before, theirs.before)
    after = simple(base.after, ours.after, theirs.after)
    if before is None and not any(one.before.strip() for one in (base, ours, theirs)):
        before = found.before
    if before is None or after is None:
        raise Unmerged
    return found._replace(text=text, before=before, after=after)


def reject_doubles(cells: list[Cell], versions: Sequence[Listing]) -> None:
    """A name twice in one list, where no version had it twice, is no merge."""
    keys = [cell.key for cell in cells if cell.free or cell.late]
    known = [[cell.key for cell in one.cells] for one in versions]
    if any(keys.count(key) > max(one.count(key) for one in known) for key in set(keys)):
        raise Unmerged


def first_in_front(cells: list[Cell], base: Listing) -> list[Cell]:
    """Positional arguments added at the end go before keyword arguments added there."""
    if all(cell.free for cell in cells) or not any(cell.free for cell in cells):
        return cells
    old = {cell.text for cell in base.cells}
    moved = [cell for cell in cells if not cell.free and cell.text not in old]
    places = [i for i, cell in enumerate(cells) if cell.free and cell.text not in old]
    if not moved or not places or not any(cells.index(cell) > places[0] for cell in moved):
        return cells
    late = [cell for cell in moved if cells.index(cell) > places[0]]
    rest = [cell for cell in cells if cell not in late]
    return [*rest[: places[0]], *late, *rest[places[0] :]]


def write(frame: Listing, cells: list[Cell], comma: bool) -> bytes:
    """The list as text, in the layout of `frame`."""
    if not cells:
        if any(cell.after or cell.before.strip() for cell in frame.cells):
            raise Unmerged
        return frame.head + frame.tail.lstrip()
    befores = wrapped(frame, cells, [spaced(frame, i, one) for i, one in enumerate(cells)])
    out = [frame.head]
    for place, (one, before) in enumerate(zip(cells, befores, strict=True)):
        last = place == len(cells) - 1
        out += [before, one.text]
        if not last or comma or (len(cells) == 1 and frame.comma):
            out.append(b",")
        if one.after and b"\n" not in (frame.tail if last else befores[place + 1]):
            raise Unmerged  # the comment would swallow what follows
        out.append(one.after)
    return b"".join(out) + frame.tail


def wrapped(frame: Listing, cells: list[Cell], befores: list[bytes]) -> list[bytes]:
    """Start a new line in front of an added element that would make its line too long."""
    down = next((one.before for one in frame.cells[1:] if b"\n" in one.before), b"")
    if not down or down.strip():
        return befores
    native = {one.node.id for one in frame.cells}
    lines = b"".join(one.before + one.text + b"," for one in frame.cells).split(b"\n")
    limit = max([frame.source.profile.width, *map(len, lines)])
    found: list[bytes] = []
    width = len(frame.head)
    for one, before in zip(cells, befores, strict=True):
        size = len(before) + len(one.text) + 1
        long = one.node.id not in native and b"\n" not in before and width + size > limit
        found.append(down if long and found else before)
        width = size if b"\n" in found[-1] else width + size
    return found


def spaced(frame: Listing, place: int, one: Cell) -> bytes:
    """What stands in front of an element: its own layout if it fits here, else its neighbours'."""
    if one.before.strip():
        if not frame.tall:
            raise Unmerged
        return one.before
    at = next((i for i, cell in enumerate(frame.cells) if cell.node.id == one.node.id), None)
    if at is not None and (at == 0) == (place == 0):
        return one.before
    if frame.tall and b"\n" in one.before:
        return one.before
    models = frame.cells[1:] if place else frame.cells[:1]
    usual = next((cell.before for cell in models if not cell.before.strip()), None)
    if usual is not None:
        return usual
    if frame.tall:
        raise Unmerged
    return b" " if place else b""

"""Import statements as sets of names, written back in the layout of the statement that is there."""

from collections.abc import Sequence

from git_anvcs.merge.code import listing
from git_anvcs.merge.code.bindings import bound, bound_often, importing, imports_under, listed, uses
from git_anvcs.merge.code.identity import Within, identity
from git_anvcs.merge.code.items import Item
from git_anvcs.merge.code.outcome import Parts, Place, Unmerged, simple
from git_anvcs.merge.code.paths import COMMENTS


def is_import(item: Item) -> bool:
    return len(item.nodes) == 1 and importing(item.source, item.nodes[0])


def rank(item: Item) -> str:
    """Import statements of one kind and line, one under the other, are sorted by their text."""
    plain = is_import(item) and item.end == item.first + 1 and not item.sep
    if not plain:
        return ""
    text = item.text.decode("utf-8", "replace")
    return f"{item.nodes[0].type} {text.strip()}" if item.source.profile.braces else text


def needed(place: Place, item: Item) -> bool:
    """Whether the statement binds a name that the result uses."""
    if not place.needed:
        return False
    if is_import(item):
        found = [item.nodes[0]]
    elif item.source.profile.braces:
        found = [one for node in item.nodes for one in imports_under(item.source, node)]
    else:
        return False
    return any(name in place.needed for one in found for name, _origin in bound(item.source, one))


def collide(mine: Sequence[Item], yours: Sequence[Item]) -> bool:
    """Whether the two runs bind one name to two things."""
    names, others = (
        dict(pair for x in run if is_import(x) for pair in bound(x.source, x.nodes[0]))
        for run in (mine, yours)
    )
    return any(name in others and others[name] != origin for name, origin in names.items())


def merge(place: Place, base: Item, ours: Item, theirs: Item) -> Parts:
    """Both sides changed one statement: the names of both, without those that either deleted."""
    result = combined(place, (base, ours, theirs))
    place.note("import-set", base.text, ours.text, theirs.text, result)
    return [result] if result else []


def add(place: Place, ours: Item, theirs: Item) -> Parts:
    """Both sides import from one module that the base does not import from."""
    result = combined(place, (None, ours, theirs))
    place.note("import-set", b"", ours.text, theirs.text, result)
    return [result]


def remain(place: Place, base: Item, left: Item, side: str) -> Parts:
    """One side deleted the statement, the other changed it: the names that it added stay.

    Unless the one that deleted it gets the names in another way now: then both rewrote it.
    """
    deleter = place.sources[2 if side == "ours" else 1]
    others = bound_often(deleter)
    for name, origin in bound(base.source, base.nodes[0]):
        if (name, origin) not in others and uses(deleter, name):
            raise Unmerged
    names = {cell.key for cell in names_of(base).cells}
    if any("{" in name for name in names):
        raise Unmerged
    keep = [
        cell
        for cell in names_of(left).cells
        if cell.key not in names or cell.key.split()[-1] in place.needed
    ]
    result = rewritten(left, names_of(left), keep) if keep else b""
    mine, yours = (left.text, b"") if side == "ours" else (b"", left.text)
    place.note("import-set", base.text, mine, yours, result)
    return [result] if result else []


def combined(place: Place, items: tuple[Item | None, Item, Item]) -> bytes:
    base, ours, theirs = items
    known = [one for one in items if one is not None]
    if len({identity(one, Within()).key for one in known}) > 1:
        raise Unmerged
    lists = [names_of(one) for one in known]
    old = lists[0] if base is not None else lists[0]._replace(cells=[])
    mine, yours = lists[-2:]
    if len({cell.key for cell in [*mine.cells, *yours.cells]}) == 0:
        return b""
    frame, item = (mine, ours)
    if mine.tall == old.tall != yours.tall and base is not None:
        frame, item = yours, theirs
    cells = union(old, mine, yours, place.needed)
    reject_aliases(cells, (old, mine, yours))
    around = {edges(ours), edges(theirs)}
    if len(around) > 1 and (base is None or edges(base) not in around):
        raise Unmerged
    if base is not None and edges(ours) == edges(base) != edges(theirs):
        frame, item = yours, theirs
    return rewritten(item, frame, cells) if cells else b""


def edges(item: Item) -> tuple[bytes, bytes]:
    """Comments above the statement and behind it."""
    source = item.source
    behind = source.text[item.nodes[0].end_byte : source.starts[item.end]]
    return source.rows(item.first, item.start), behind.strip()


def names_of(item: Item) -> listing.Listing:
    """The names of an import; their key is their whole text: name and alias."""
    node, source = item.nodes[0], item.source
    rule = source.profile.imports[node.type]
    if source.profile.braces:
        return bracketed(item)
    names = {child.id for child in node.children_by_field_name(rule.names)}
    places = [i for i, child in enumerate(node.children) if child.id in names]
    if not places:
        raise Unmerged
    first, last = places[0], places[-1]
    begin = node.children[first - 1]
    while begin.type in COMMENTS:
        first -= 1
        begin = node.children[first - 1]
    children = list(node.children[first:])
    end = node.end_byte
    if children[-1].type == ")":
        children.pop()
    elif begin.type == "(":
        raise Unmerged
    head = source.text[node.start_byte : begin.end_byte]
    if begin.type != "(":
        end = node.children[last].end_byte
    cut = listing.cut(source, children, begin.end_byte, end, (head, listing.FREE))
    return cut._replace(cells=[named(cell) for cell in cut.cells])


def bracketed(item: Item) -> listing.Listing:
    """The same where the names always stand in brackets."""
    node, source = item.nodes[0], item.source
    names = listed(source, node)
    if names is None or len(names.children) < 3:
        raise Unmerged
    start = names.children[0].end_byte
    head = source.text[node.start_byte : start]
    cut = listing.cut(source, names.children[1:-1], start, node.end_byte, (head, listing.FREE))
    return cut._replace(cells=[named(cell) for cell in cut.cells])


def named(cell: listing.Cell) -> listing.Cell:
    """A group of names inside the brackets, `a::{b, c}`, is called by what is in front of it."""
    key = " ".join(cell.key.split())
    return cell._replace(key=key.partition("{")[0] + "{" if "{" in key else key)


def union(
    base: listing.Listing,
    ours: listing.Listing,
    theirs: listing.Listing,
    needed: frozenset[str],
) -> list[listing.Cell]:
    """Ours without what theirs deleted, and what theirs added, in order where names are sorted."""
    old = [cell.key for cell in base.cells if cell.key.split()[-1] not in needed]
    yours = {cell.key: cell for cell in theirs.cells}
    cells = [one for one in ours.cells if one.key in yours or one.key not in old]
    known = {cell.key for cell in ours.cells}
    in_order = all(in_sequence([c.key for c in one.cells]) for one in (base, ours, theirs))
    before: str | None = None
    for key, cell in yours.items():
        if key not in known and key not in old:
            cells.insert(where(cells, key, before, in_order), cell)
        before = key
    return [comments(cell, yours.get(cell.key), base) for cell in cells]


def comments(cell: listing.Cell, other: listing.Cell | None, base: listing.Listing) -> listing.Cell:
    """Comments in front of and behind a name that both sides have."""
    old = next((one for one in base.cells if one.key == cell.key), None)
    if other is None or other is cell:
        return cell
    after = simple(old.after if old else b"", cell.after, other.after)
    notes = [one.before.strip() for one in (cell, other)]
    if after is None or (notes[0] != notes[1] and (old is None or old.before.strip() != notes[1])):
        raise Unmerged
    text = simple(old.text if old else b"", cell.text, other.text)
    if text is None and "{" in cell.key:
        raise Unmerged
    return cell._replace(after=after, text=cell.text if text is None else text)


def in_sequence(keys: list[str]) -> bool:
    return keys == sorted(keys) or keys == sorted(keys, key=str.lower)


def where(cells: list[listing.Cell], key: str, before: str | None, in_order: bool) -> int:
    """The place of a new name: by the alphabet, else after the name it follows in theirs."""
    keys = [cell.key for cell in cells]
    if in_order:
        if keys != sorted(keys):
            keys, key = [one.lower() for one in keys], key.lower()
        return sum(one < key for one in keys)
    return keys.index(before) + 1 if before in keys else len(keys)


def reject_aliases(cells: list[listing.Cell], versions: tuple[listing.Listing, ...]) -> None:
    """One name bound to two things, which no version did, is a conflict."""
    bound = [cell.key.split()[-1] for cell in cells]
    for name in set(bound):
        known = max(sum(c.key.split()[-1] == name for c in one.cells) for one in versions)
        if bound.count(name) > max(known, 1):
            raise Unmerged


def rewritten(item: Item, frame: listing.Listing, cells: list[listing.Cell]) -> bytes:
    """The statement of `item` with other names."""
    source = item.source
    node = item.nodes[0]
    head = source.text[source.starts[item.first] : node.start_byte]
    bracket = frame.head.rstrip().endswith((b"(", b"{"))
    if not bracket and any(b"\n" in cell.before and not frame.tall for cell in cells):
        cells = [cell._replace(before=b" ") for cell in cells]
    inner = listing.write(frame, cells, frame.comma and bracket)
    behind = source.text[node.end_byte : source.starts[item.end]]
    return head + inner + behind

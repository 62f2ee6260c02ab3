"""Merges bodies: statements on lines of their own, and what is inside those both sides changed."""

from collections.abc import Sequence

from git_anvcs.merge.code import imports, inline, numbered
from git_anvcs.merge.code.align import Matching
from git_anvcs.merge.code.blanks import spaced
from git_anvcs.merge.code.claims import claims_of, collide
from git_anvcs.merge.code.clauses import Clause, clauses, decorated, plain
from git_anvcs.merge.code.combine import Combine, Entry
from git_anvcs.merge.code.identity import Identity, Within, identity, unwrapped
from git_anvcs.merge.code.items import Body, Item, body
from git_anvcs.merge.code.marks import merge_marks
from git_anvcs.merge.code.neighbours import likely, side_by_side
from git_anvcs.merge.code.outcome import (
    Clash,
    Parts,
    Place,
    Unmerged,
    by_lines,
    clean,
    joined,
    simple,
)
from git_anvcs.merge.code.sequence import three_way
from git_anvcs.merge.code.source import leaves, tokens


def merge(place: Place, base: Body, ours: Body, theirs: Body) -> Parts:
    """The merged body with its blank lines."""
    bodies = (base, ours, theirs)
    fixed, parted = any(one.fixed for one in bodies), any(one.parted for one in bodies)
    within = Within(ours.scope, fixed, parted, ours.names)
    entries = three_way(base.items, ours.items, theirs.items, combine(place, within))
    if emptied(place, entries) and ours.items and theirs.items:
        old, mine, yours = (
            b"".join([*(item.sep + item.text for item in one.items), one.tail]) for one in bodies
        )
        return [Clash("edit/edit", place.where, old, mine, yours)]
    return spaced(entries, (base, ours, theirs))


def emptied(place: Place, entries: Sequence[Entry]) -> bool:
    """Whether no statement is left of a body that cannot be without one, as a function's."""
    if place.profile.braces or not place.where or not all(clean(one.parts) for one in entries):
        return False
    rows = b"".join(joined(one.parts) for one in entries).split(b"\n")
    return all(row.strip()[:1] in (b"", place.profile.comment) for row in rows)


def combine(place: Place, within: Within) -> Combine[Item]:
    return Combine(
        matching=Matching[Item](
            text=lambda x: x.text,
            identity=lambda x: identity(x, within),
            kind=kind_of,
            claims=lambda x: claims_of(x, within),
            collide=lambda mine, yours: collide(mine, yours, place.profile.together),
        ),
        pair=lambda base, ours, theirs: merge_item(place, base, ours, theirs),
        twin=lambda mine, yours: twin(place, mine, yours),
        dropped=lambda base, left, side: merge_dropped(place, base, left, side),
        clash=lambda base, ours, theirs, kind: clash_of(
            place_of(place, [*ours, *theirs, *base], within), base, ours, theirs, kind
        ),
        between=lambda mine, yours: (
            side_by_side(mine, yours, within) and not (taken(place, mine) and taken(place, yours))
        ),
        note=lambda rule, mine, yours: noted(place, rule, mine, yours),
        likely=lambda mine, yours: (
            place.speculative and not place.profile.untested and likely(mine, yours, within)
        ),
        needed=lambda item: imports.needed(place, item),
        rank=imports.rank,
    )


def taken(place: Place, items: Sequence[Item]) -> bool:
    """Whether one of the items has a number that the other side gave away too."""
    return any(numbered.member(item.source, item.start, item.end) in place.taken for item in items)


def noted(place: Place, rule: str, mine: Sequence[Item], yours: Sequence[Item]) -> None:
    ours, theirs = (b"".join(item.text for item in run) for run in (mine, yours))
    place.note(rule, b"", ours, theirs, ours + theirs)


def twin(place: Place, mine: Item, yours: Item) -> Parts | None:
    """Both sides added an item with one key: imports unite, anything else is a clash."""
    if not (imports.is_import(mine) and imports.is_import(yours)):
        return None
    try:
        return imports.add(place, mine, yours)
    except Unmerged:
        return None


def kind_of(item: Item) -> str:
    return unwrapped(item.source, item.nodes[0])[0].type if len(item.nodes) == 1 else item.kind


def place_of(place: Place, items: Sequence[Item], within: Within) -> Place:
    """Named after the first definition among the items."""
    labels = (identity(item, within).label for item in items)
    return place.inside(next((label for label in labels if label), ""))


def clash_of(
    place: Place, base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item], kind: str
) -> Parts:
    """A run of statements that no rule combines; without a definition in it, as Git merges it."""
    texts = [
        b"".join((item.sep if i else b"") + item.text for i, item in enumerate(run))
        for run in (base, ours, theirs)
    ]
    whole = Clash(kind, place.where, texts[0], texts[1], texts[2])
    if not base or not ours or not theirs:
        return [whole]
    return by_lines(place, *texts)


def merge_dropped(place: Place, base: Item, left: Item, side: str) -> Parts | None:
    """One side deleted what the other edited: fine for imports and where only layout changed."""
    if imports.is_import(base) and imports.is_import(left):
        try:
            return imports.remain(place, base, left, side)
        except Unmerged:
            return None
    old, new = (b"".join(b" ".join(tokens(x.source, n)) for n in x.nodes) for x in (base, left))
    if not base.nodes or old != new:
        return None
    mine, yours = (left.text, b"") if side == "ours" else (b"", left.text)
    place.note("delete-reformatted", base.text, mine, yours, b"")
    return []


def merge_item(place: Place, base: Item, ours: Item, theirs: Item) -> Parts:
    """One statement in three versions."""
    done = simple(base.text, ours.text, theirs.text)
    if done is not None and not imports.needed(place, base):
        return [done]
    triple = (base, ours, theirs)
    inner = place.inside(identity(ours, Within()).label)
    mark = len(place.log)
    try:
        if all(imports.is_import(item) for item in triple):
            return imports.merge(inner, *triple)
        if len({kind_of(item) for item in triple}) == 1 and all(len(x.nodes) == 1 for x in triple):
            return merge_statement(inner, *triple)
    except Unmerged:
        del place.log[mark:]
    return by_lines(inner, base.text, ours.text, theirs.text)


def merge_statement(place: Place, base: Item, ours: Item, theirs: Item) -> Parts:
    """A statement of the same kind in all versions: its comments, its clauses, their bodies."""
    if not place.profile.braces:
        return merge_clauses(place, *(clauses(item) for item in (base, ours, theirs)))
    mark = len(place.log)
    found: Parts | None = None
    try:
        found = merge_clauses(place, *(clauses(item) for item in (base, ours, theirs)))
    except Unmerged:
        del place.log[mark:]
    if found is not None and clean(found):
        return found
    # The statements of a region have no places by which they could be told apart.
    if kind_of(base) not in place.profile.regions:
        return in_one_piece(place, (base, ours, theirs), found)
    if found is None:
        raise Unmerged
    return found


def in_one_piece(place: Place, triple: tuple[Item, Item, Item], found: Parts | None) -> Parts:
    """The statement not cut at its bodies, where that leaves nothing open; else what was found."""
    mark = len(place.log)
    pieces = (plain(triple[0]), plain(triple[1]), plain(triple[2]))
    try:
        parts = leads(place, pieces)
        whole = [*parts, *merge_fields(place, heads_of(pieces), pieces)]
        if clean(whole):
            return whole
    except Unmerged:
        pass
    del place.log[mark:]
    laid_out = reformatted(place, [one.text for one in triple], [*map(item_tokens, triple)])
    if laid_out is not None:
        return [laid_out]
    return merge_clause(place, *pieces) if found is None else found


def item_tokens(item: Item) -> tuple[bytes, ...]:
    """An item without its layout; comments around and behind its statements are none of that."""
    source = item.source
    found: list[bytes] = []
    at = source.starts[item.first]
    for node in item.nodes:
        found += [*source.text[at : node.start_byte].split(), *tokens(source, node)]
        at = node.end_byte
    return (*found, *source.text[at : source.starts[item.end]].split())


def reformatted(
    place: Place, texts: Sequence[bytes], found: Sequence[tuple[bytes, ...]]
) -> bytes | None:
    """The other side's text where one side only changed the layout: its tokens are the base's."""
    base, ours, theirs = texts
    old, mine, yours = found
    if mine not in (old, yours) and old != yours:
        return None
    result = theirs if mine == old != yours else ours
    place.note("reformat", base, ours, theirs, result)
    return result


def merge_clauses(
    place: Place, base: list[Clause], ours: list[Clause], theirs: list[Clause]
) -> Parts:
    """The clauses of a statement, matched and merged one by one."""
    if all(len(one) == 1 for one in (base, ours, theirs)):
        return merge_clause(place, base[0], ours[0], theirs[0])

    def clash(*_: object) -> Parts:
        raise Unmerged

    def between(_mine: Sequence[Clause], _yours: Sequence[Clause]) -> bool:
        return False

    def pair(old: Clause, mine: Clause, yours: Clause) -> Parts:
        done = None if place.needed else simple(old.text, mine.text, yours.text)
        return [done] if done is not None else merge_clause(place, old, mine, yours)

    how = Combine[Clause](
        matching=Matching(lambda x: x.text, clause_identity, lambda x: x.node.type),
        pair=pair,
        twin=lambda _mine, _yours: None,
        dropped=lambda _base, _left, _side: None,
        clash=clash,
        between=between,
        note=lambda _rule, _mine, _yours: None,
    )
    entries = three_way(base, ours, theirs, how)
    return [part for entry in entries for part in entry.parts]


def clause_identity(clause: Clause) -> Identity:
    if clause.lead and clause.node.type not in clause.source.profile.clauses:
        return Identity("head")
    header = clause.source.rows(clause.start, clause.header_end)
    return Identity(b" ".join(header.split()).decode("utf-8", "replace"))


def merge_clause(place: Place, base: Clause, ours: Clause, theirs: Clause) -> Parts:
    triple = (base, ours, theirs)
    parts = leads(place, triple) + merge_header(place, heads_of(triple), triple)
    blocks = [one.block for one in triple]
    if all(blocks):
        if len({block.type for block in blocks if block}) > 1:
            raise Unmerged
        bodies = [
            body(one.source, block, one.header_end, one.end)
            for one, block in zip(triple, blocks, strict=True)
            if block
        ]
        return parts + merge(place, *bodies)
    return parts + by_lines(place, *(one.source.rows(one.header_end, one.end) for one in triple))


def leads(place: Place, triple: tuple[Clause, Clause, Clause]) -> Parts:
    """The comments above a clause."""
    return by_lines(place, *(one.source.rows(one.first, one.start) for one in triple))


def heads_of(triple: tuple[Clause, Clause, Clause]) -> list[bytes]:
    return [one.source.rows(one.start, one.header_end) for one in triple]


def merge_header(place: Place, heads: list[bytes], triple: tuple[Clause, Clause, Clause]) -> Parts:
    """Decorators and the line with the name, or all of a statement without a body."""
    done = simple(*heads)
    if done is not None:
        return [done]
    mark = len(place.log)
    try:
        return merge_fields(place, heads, triple)
    except Unmerged:
        del place.log[mark:]
    laid_out = reformatted(place, heads, [*map(head_tokens, triple)])
    return by_lines(place, *heads) if laid_out is None else [laid_out]


def merge_fields(place: Place, heads: list[bytes], triple: tuple[Clause, Clause, Clause]) -> Parts:
    """The decorators as a set, then the header child by child. Raises Unmerged."""
    if not all(one.lead for one in triple):
        raise Unmerged
    cuts = [decorated(one) for one in triple]
    parts = merge_marks(place, *(marks for marks, _rest in cuts))
    old, mine, yours = (
        header_fields(one, rest) for one, (_marks, rest) in zip(triple, cuts, strict=True)
    )
    same = place.profile.same.get(triple[0].node.type)
    text = inline.merge_fields(place, old, mine, yours, same)
    rule = "header" if triple[0].block else "statement"
    place.note(rule, heads[0], heads[1], heads[2], joined([*parts, text]))
    return [*parts, text]


def head_tokens(clause: Clause) -> tuple[bytes, ...]:
    """A header without its layout; where that is content, as it is."""
    source = clause.source
    start, end = source.starts[clause.start], source.starts[clause.header_end]
    if not source.profile.braces or not clause.block:
        return (source.text[start:end],)
    return leaves(source, start, end)


def header_fields(clause: Clause, row: int) -> inline.Fields:
    """The children of the header, without bodies."""
    profile = clause.source.profile
    skip = {*profile.blocks, *profile.clauses} if clause.block or not profile.braces else set()
    limit = clause.source.starts[clause.header_end]
    nodes = [
        child
        for child in clause.node.children
        if child.end_byte <= limit and child.type not in skip
    ]
    kind = clause.node.type
    if kind in profile.whole or not (clause.block or (nodes and kind not in profile.regions)):
        raise Unmerged
    start = clause.source.starts[row]
    return inline.fields(clause.source, clause.node, start, limit, nodes)

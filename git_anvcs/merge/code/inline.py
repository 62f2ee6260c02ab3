"""Merges inside a statement: records child by child, bracketed lists element by element.

Either the result is clean or Unmerged is raised: a conflict inside a line cannot be shown. What
counts as a record or as order-free stands in the profile; everything else is a unit that only one
side may change.
"""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code import listing
from git_anvcs.merge.code.outcome import Place, Unmerged, by_lines, clean, joined, simple
from git_anvcs.merge.code.source import Source, tokens

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Spot(NamedTuple):
    """A node of one version."""

    source: Source
    node: "Node"

    @property
    def text(self) -> bytes:
        return self.source.text[self.node.start_byte : self.node.end_byte]


def merge(place: Place, base: Spot, ours: Spot, theirs: Spot) -> bytes:
    """The merged text of one node. Raises Unmerged."""
    done = simple(base.text, ours.text, theirs.text)
    if done is not None:
        return done
    mark = len(place.log)
    try:
        return inside(place, base, ours, theirs)
    except Unmerged:
        del place.log[mark:]
        return reformatted(place, base, ours, theirs)


def inside(place: Place, base: Spot, ours: Spot, theirs: Spot) -> bytes:
    """The merged text of a node whose children may change independently."""
    kind = base.node.type
    if not kind == ours.node.type == theirs.node.type:
        raise Unmerged
    if any(spot.node.has_error for spot in (base, ours, theirs)):
        raise Unmerged
    profile = place.profile
    if kind in profile.lists:
        return merge_list(place, base, ours, theirs)
    if kind in profile.records:
        same = profile.same.get(kind)
        return merge_fields(place, whole(base), whole(ours), whole(theirs), same)
    if kind in profile.strings:
        return long_string(place, base, ours, theirs)
    raise Unmerged


def reformatted(place: Place, base: Spot, ours: Spot, theirs: Spot) -> bytes:
    """One side only changed the layout: the other side's edit wins. Raises Unmerged."""
    old, mine, yours = (tokens(*spot) for spot in (base, ours, theirs))
    if mine in (old, yours):
        result = theirs.text if old == mine else ours.text
    elif old == yours:
        result = ours.text
    else:
        raise Unmerged
    place.note("reformat", base.text, ours.text, theirs.text, result)
    return result


def long_string(place: Place, base: Spot, ours: Spot, theirs: Spot) -> bytes:
    """A string of several lines merges by lines: a docstring."""
    if any(b"\n" not in spot.text for spot in (base, ours, theirs)):
        raise Unmerged
    parts = by_lines(place, base.text, ours.text, theirs.text)
    if not clean(parts):
        raise Unmerged
    return joined(parts)


class Fields(NamedTuple):
    """A stretch of source cut at some nodes: what stands before each, and after the last."""

    source: Source
    gaps: list[bytes]
    nodes: list["Node"]
    labels: list[str]


def whole(spot: Spot) -> Fields:
    node = spot.node
    return fields(spot.source, node, node.start_byte, node.end_byte, node.children)


def fields(source: Source, parent: "Node", start: int, end: int, nodes: list["Node"]) -> Fields:
    """The bytes from `start` to `end` cut at `nodes`, each labelled by its field or kind."""
    labels: list[str] = []
    gaps = []
    names = {
        child.id: parent.field_name_for_child(place) for place, child in enumerate(parent.children)
    }
    at = start
    often: Counter[str] = Counter()
    for node in nodes:
        label = names.get(node.id) or node.type
        labels.append(f"{label}#{often[label]}" if often[label] else label)
        often[label] += 1
        gaps.append(source.text[at : node.start_byte])
        at = node.end_byte
    gaps.append(source.text[at:end])
    return Fields(source, gaps, nodes, labels)


def merge_fields(
    place: Place, base: Fields, ours: Fields, theirs: Fields, same: str | None = None
) -> bytes:
    """Child by child; a child that only one side has comes or goes with that side."""
    old, mine, yours = table(base), table(ours), table(theirs)
    shape = theirs if base.labels == ours.labels else ours
    if ours.labels != base.labels and theirs.labels not in (base.labels, ours.labels):
        raise Unmerged
    if same and not said(old, same) == said(mine, same) == said(yours, same):
        raise Unmerged
    reject_edited(old, mine if shape is theirs else yours, set(shape.labels))
    out = []
    for label in shape.labels:
        gap, spot = table(shape)[label] if label not in old else (None, None)
        if gap is None or spot is None:
            gap = gap_of(place, (old[label][0], mine[label][0], yours[label][0]), shape is theirs)
            out += [gap, merge(place, old[label][1], mine[label][1], yours[label][1])]
            continue
        if label in mine and label in yours and mine[label][1].text != yours[label][1].text:
            raise Unmerged
        out += [gap, spot.text]
    last = (base.gaps[-1], ours.gaps[-1], theirs.gaps[-1])
    out.append(gap_of(place, last, shape is theirs))
    return b"".join(out)


def reject_edited(
    old: dict[str, tuple[bytes, Spot]], other: dict[str, tuple[bytes, Spot]], kept: set[str]
) -> None:
    """A child that one side deleted must be as it was on the other."""
    if any(
        label in other and other[label][1].text != old[label][1].text for label in old.keys() - kept
    ):
        raise Unmerged


def said(one: dict[str, tuple[bytes, Spot]], fields: str) -> list[bytes]:
    """The texts of some fields, `object+name`; nothing for one that is not there."""
    return [one[label][1].text if label in one else b"" for label in fields.split("+")]


def table(one: Fields) -> dict[str, tuple[bytes, Spot]]:
    """Label -> what stands before the node, and the node."""
    return {
        label: (gap, Spot(one.source, node))
        for label, gap, node in zip(one.labels, one.gaps, one.nodes, strict=False)
    }


def gap_of(place: Place, gaps: tuple[bytes, bytes, bytes], prefer_theirs: bool) -> bytes:
    """The layout between two children; comments in it are children themselves."""
    done = simple(*gaps)
    if done is not None:
        return done
    if place.profile.spaces or any(gap.strip(b" \t\r\n\f\\") for gap in gaps):
        raise Unmerged
    return gaps[2] if prefer_theirs else gaps[1]


def merge_list(place: Place, base: Spot, ours: Spot, theirs: Spot) -> bytes:
    old, mine, yours = (listing.read(spot.source, spot.node) for spot in (base, ours, theirs))

    def pair(one: listing.Cell, two: listing.Cell, three: listing.Cell) -> bytes:
        return merge(
            place,
            Spot(base.source, one.node),
            Spot(ours.source, two.node),
            Spot(theirs.source, three.node),
        )

    return listing.merge(place, old, mine, yours, pair)

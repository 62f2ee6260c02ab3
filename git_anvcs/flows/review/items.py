"""What there is to look at in one merged file: open conflicts, and places that a rule decided.

Pure: takes versions, the engine's result and the text as it is now.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
import re
from typing import NamedTuple

from git_anvcs.flows import kept_proposals
from git_anvcs.flows.kept_proposals import Proposal
from git_anvcs.merge import embedded, lines, markers, places, reasons, registry
from git_anvcs.merge.markers import Chunk, has_markers
from git_anvcs.merge.notebook import inside
from git_anvcs.merge.places import CHANGED, STANDS, UNDONE, Place, Standing
from git_anvcs.merge.result import (
    Conflict,
    Merged,
    NotUnderstood,
    Options,
    Resolution,
    Versions,
)

OPEN, DECIDED, BY_A_PERSON, PROPOSED = "open", "decided", "by a person", "proposed"
BY_LINES = "by lines"
_STATES = {
    STANDS: DECIDED,
    UNDONE: "undone",
    CHANGED: "changed since",
    **{side: f"{side} taken" for side in places.SIDES},
}
_URGENT = reasons.LOOK + 1
_FLAG = re.compile(rb'"anvcs":\s*\{\s*"conflict"')  # what says that a cell is open
_TELLING = 3  # letters and digits of a line that says something


class Item(NamedTuple):
    """One thing to look at.

    state: `open` (a conflict), `decided` (by a rule), `undone` (a rule's decision was taken back),
    `by lines` (the same, where the line merge had no conflict),
    `ours taken` and the like, `changed since` (somebody edited what a rule decided), `by a person`
    (no rule decided it), `proposed` (a proposal was put in)
    doubt: 4 open, 3 look at it, 2 worth a glance, 1 routine
    line: in the text as it is now, from 1; 0 where it has no place
    before: what Git's line merge has here; result: what the rule made of it
    left_out: lines that one side brought and the result does not have
    proposal: the state of what a program or a model has proposed, as in kept.Proposal
    """

    id: str
    path: str
    state: str
    doubt: int
    line: int
    where: str
    why: str
    versions: Versions
    before: bytes = b""
    result: bytes = b""
    resolutions: tuple[Resolution, ...] = ()
    speculative: bool = False
    left_out: tuple[str, ...] = ()
    accepted: bool = False
    proposal: str = ""


class Looked(NamedTuple):
    """A merged file: its items, and the places with what became of them, to be put back."""

    items: tuple[Item, ...]
    places: tuple[tuple[Place, Standing], ...] = ()


def without_text(path: str, why: str) -> Item:
    """A path that is open as a whole."""
    return Item(id_of(path), path, OPEN, _URGENT, 0, "", why, Versions(b"", b"", b""))


def of_proposal(proposal: Proposal, options: Options, now: bytes) -> Item | None:
    """The item of a proposal that was put in; None where it does not stand in this text."""
    found = kept_proposals.standing(proposal, now, options.marker_size)
    if found is None:
        return None
    place, standing = found
    return Item(
        proposal.id,
        options.path,
        PROPOSED,
        reasons.LOOK,
        standing.start + 1,
        "",
        f"put in by {proposal.by}, as {proposal.proposer} proposed",
        place.versions,
        b"".join(place.before),
        b"".join(place.after),
        left_out=proposal.left_out,
        proposal=proposal.state,
    )


def of_file(versions: Versions, options: Options, merged: Merged, now: bytes) -> Looked:
    """The items of a file that the engine merged.

    now: the file as it is, or as it was committed
    """
    text = lines.split(merged.text)
    found = places.places(versions, merged.text, options, merged.resolutions)
    current = lines.split(now)
    standings = places.standings(text, found, current, options.marker_size)
    known = list(zip(found, standings, strict=True))
    one_by_one = any(standing.state != CHANGED for standing in standings)
    if not one_by_one and merged.text != now and _is_line_merge(versions, now, options):
        return Looked(tuple(still_open(options, now, merged.conflicts)))  # no rule was asked
    items = [_of_place(options, place, standing) for place, standing in known]
    slots = [] if merged.readings else list(_slots(text, current, options))
    shown = [standing for place, standing in known if standing.state == UNDONE]
    if _is_notebook(options, now):
        return Looked(tuple(_of_cells(options, merged, now, items)), tuple(known))
    left = list(still_open(options, now, merged.conflicts, shown, slots))
    return Looked((*items, *left, *_by_a_person(options, merged, slots, left)), tuple(known))


class Slot(NamedTuple):
    """A conflict that the engine left: what its sides have, how many equal ones stand before it
    in the file, and what became of it."""

    versions: Versions
    again: int
    standing: Standing


def still_open(
    options: Options,
    now: bytes,
    conflicts: Sequence[Conflict] = (),
    known: Sequence[Standing] = (),
    slots: Sequence[Slot] = (),
) -> Iterator[Item]:
    """The conflicts between markers in a text; known: places that are items already."""
    if _is_notebook(options, now):
        yield from _in_cells(options, now, conflicts)
        return
    try:
        parsed = markers.parse(now, options.marker_size)
    except ValueError as error:
        why = f"its conflict markers are damaged: {error}"
        yield without_text(options.path, why)
        return
    numbers = {one.standing.start + 1: one.again for one in slots if one.standing.state == STANDS}
    taken = Counter(one.versions for one in slots)
    clashes = (chunk for chunk in parsed.chunks if chunk.kind == "conflict")
    for line, chunk in zip(parsed.starts, clashes, strict=True):
        if any(one.start < line <= one.end for one in known):
            continue
        sides = _sides_of(parsed.texts, chunk)
        again = numbers.get(line, taken[sides])
        taken[sides] += line not in numbers
        said = _said(conflicts, sides)
        kind = said.kind if said else lines.kind_of(sides.base or b"?", sides.ours, sides.theirs)
        yield Item(
            id_of(options.path, *sides, again=again),
            options.path,
            OPEN,
            _URGENT,
            line,
            said.where if said else "",
            reasons.of_conflict(kind),
            sides,
        )


def _in_cells(options: Options, text: bytes, conflicts: Sequence[Conflict]) -> Iterator[Item]:
    """The conflicts in the cells of a notebook, and those that its metadata have."""
    try:
        found = inside.find(text, options.marker_size)
    except (NotUnderstood, ValueError) as error:
        yield without_text(options.path, f"its cells cannot be read: {error}")
        return
    seen: Counter[Versions] = Counter()
    for one in found.inside:
        said = _said(conflicts, one.here)
        kind = said.kind if said else lines.kind_of(one.here.base or b"?", *one.here[1:])
        name = id_of(options.path, *one.here, again=seen[one.here])
        seen[one.here] += 1
        where = (said and said.where) or f"cell {one.cell + 1}"
        why = reasons.of_conflict(kind)
        yield Item(name, options.path, OPEN, _URGENT, one.line, where, why, one.here)
    for number, line in enumerate(found.elsewhere):
        name = id_of(options.path, b"metadata", again=number)
        why = "both sides changed what is said of a cell: both stand in its metadata"
        yield without_text(options.path, why)._replace(id=name, line=line)


def _of_cells(
    options: Options, merged: Merged, now: bytes, decided: Sequence[Item]
) -> Iterator[Item]:
    """The items of a notebook: what the engine wrote of a conflict is no decision."""
    for item in decided:
        if not embedded.has_markers(item.result, options.marker_size) and not _FLAG.search(
            item.result
        ):
            yield item
    left = list(_in_cells(options, now, merged.conflicts))
    yield from left
    known = {one.id for one in left}
    for one in _in_cells(options, merged.text, merged.conflicts):
        if one.id not in known:
            yield one._replace(state=BY_A_PERSON, doubt=reasons.GLANCE, line=0)


def _is_notebook(options: Options, now: bytes) -> bool:
    """Whether conflicts stand in the cells; a line merge leaves them on lines, and no notebook."""
    whole = not has_markers(now, options.marker_size)
    return whole and registry.format_of(options.path) == "notebook"


def _slots(text: Sequence[bytes], now: Sequence[bytes], options: Options) -> Iterator[Slot]:
    """The conflicts in what the engine made."""
    size, line = options.marker_size, 0
    found: list[Place] = []
    nothing = Versions(b"", b"", b"")
    for token in places.tokens(text, size):
        block = token if isinstance(token, tuple) else ()
        if block:
            found.append(Place("", line, line + len(block), (), block, nothing))
        line += len(block) or 1
    seen: Counter[Versions] = Counter()
    standings = places.standings(text, found, now, size) if found else []
    for place, standing in zip(found, standings, strict=True):
        sides = markers.parse(b"".join(place.after), size)
        versions = _sides_of(sides.texts, sides.chunks[0])
        yield Slot(versions, seen[versions], standing)
        seen[versions] += 1


def _sides_of(texts: Sequence[Sequence[bytes]], chunk: Chunk) -> Versions:
    return Versions(
        *(b"".join(text[a:b]) for text, a, b in zip(texts, chunk[1::2], chunk[2::2], strict=True))
    )


def _is_line_merge(versions: Versions, now: bytes, options: Options) -> bool:
    """Whether a text is the line merge, however its conflicts are drawn."""
    by_lines = lines.merge(versions, options).text
    try:
        one, other = (
            markers.parse(text, options.marker_size).versions() for text in (by_lines, now)
        )
    except ValueError:
        return False
    return one[1:] == other[1:]


def _of_place(options: Options, place: Place, standing: Standing) -> Item:
    size = options.marker_size
    why = reasons.of_place(place.resolutions)
    left_out = tuple(_left_out(place))
    doubt = max(why.doubt, reasons.LOOK) if left_out else why.doubt
    state = _STATES[standing.state]
    if standing.state == UNDONE and not has_markers(b"".join(place.before), size):
        state, doubt = BY_LINES, reasons.ROUTINE
    elif standing.state == UNDONE:
        doubt = _URGENT
    return Item(
        place.id,
        options.path,
        state,
        doubt if standing.state in (STANDS, UNDONE) else reasons.ROUTINE,
        standing.start + 1,
        place.resolutions[0].where if place.resolutions else "",
        why.words,
        place.versions,
        b"".join(place.before),
        b"".join(place.after),
        place.resolutions,
        why.speculative,
        left_out,
    )


def _left_out(place: Place) -> Iterator[str]:
    """Lines that one side added here and that the result has not."""
    base, ours, theirs = map(_lines_of, place.versions)
    kept = {line.rstrip(",") for line in _lines_of(b"".join(place.after))}
    for line in dict.fromkeys((*ours, *theirs)):
        if line not in base and line.rstrip(",") not in kept and _tells(line):
            yield line


def _by_a_person(
    options: Options, merged: Merged, slots: Sequence[Slot], left: Sequence[Item]
) -> Iterator[Item]:
    """The conflicts that the engine left open and that are open no more."""
    moved = {one.versions[1:] for one in left}
    for versions, again, standing in slots:
        if standing.state == STANDS or (versions[1:] in moved and again == 0):
            continue
        said = _said(merged.conflicts, versions)
        yield Item(
            id_of(options.path, *versions, again=again),
            options.path,
            BY_A_PERSON,
            reasons.GLANCE,
            0,
            said.where if said else "",
            reasons.of_conflict(said.kind if said else "edit/edit"),
            versions,
        )


def _said(conflicts: Sequence[Conflict], sides: Versions) -> Conflict | None:
    """What the engine said of a conflict with these sides."""
    texts = (lines.decoded(sides.ours), lines.decoded(sides.theirs))
    return next((one for one in conflicts if (one.ours, one.theirs) == texts), None)


def _lines_of(text: bytes) -> list[str]:
    return [line for line in map(str.strip, lines.decoded(text).split("\n")) if line]


def _tells(line: str) -> bool:
    return sum(map(str.isalnum, line)) >= _TELLING


def id_of(path: str, *texts: bytes, again: int = 0) -> str:
    """The id of a conflict; again: how many equal ones stand before it in its file."""
    number = (b"%d" % again,) if again else ()
    parts = (path.encode(errors="surrogateescape"), *texts, *number)
    return sha256(b"\0".join(parts)).hexdigest()[: places.ID_LENGTH]

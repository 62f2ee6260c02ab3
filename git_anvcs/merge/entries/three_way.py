"""Merge three versions of a section entry by entry.

An entry that one side changed is taken from that side, whatever the other did beside it. What both
changed is looked into: a section entry by entry, a leaf by its format, then by lines.
"""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from git_anvcs.merge import lines
from git_anvcs.merge.data.identity import Keys
from git_anvcs.merge.data.order import agreed, arranged, same_order
from git_anvcs.merge.entries.blanks import Blanks, without_blanks
from git_anvcs.merge.entries.entry import Entry, words
from git_anvcs.merge.entries.match import (
    Alias,
    Ambiguous,
    Bodies,
    Kin,
    Maps,
    doubted,
    met,
    paired,
    told_apart,
)
from git_anvcs.merge.entries.place import reindented
from git_anvcs.merge.entries.rivals import Exclusive, rivals
from git_anvcs.merge.entries.union import fuller
from git_anvcs.merge.result import Options, Resolution, Versions

SHOWN = 2000  # bytes of a version that a resolution quotes


class Part(NamedTuple):
    """A run of the result, whole lines. With a `kind` it is a conflict."""

    ours: bytes
    base: bytes = b""
    theirs: bytes = b""
    kind: str = ""
    where: str = ""


Trio = tuple[Entry | None, Entry | None, Entry | None]
Pair = tuple[Entry, Entry]


class Made(NamedTuple):
    """The merged head of a leaf that both sides changed, and the rule that made it.

    ours, theirs: the values between which the rule chose, where it left one of them out
    """

    text: bytes
    rule: str
    ours: bytes = b""
    theirs: bytes = b""


Leaf = Callable[[Entry | None, Entry, Entry], Made | None]
# The kind of conflict that an entry is, and what to say of it; None: what lines would call it.
Clash = Callable[[Entry | None, Entry, Entry], tuple[str, str] | None]
# Whether a section that both sides added may hold what both put in it.
Union = Callable[[Entry, Entry], bool]
# The order of the entries where the format knows it; the keys of base, ours and theirs.
Order = Callable[[tuple[list[Hashable], list[Hashable], list[Hashable]]], list[Hashable] | None]
# A section that both sides changed, one of them through and through: base, ours and theirs as if
# all had that change, and the name of the rule, empty if none was needed; None: a conflict.
Conform = Callable[
    [Entry | None, Entry, Entry], tuple[tuple[Entry | None, Entry, Entry], str] | None
]


def no_leaf(_base: Entry | None, _ours: Entry, _theirs: Entry) -> None:
    """For formats whose leaves are values that only one side may change."""


def always(_ours: Entry, _theirs: Entry) -> bool:
    """For formats whose sections are lists of things that have nothing to do with each other."""
    return True


def by_name(key: Hashable) -> str:
    """What entries are sorted by, where somebody keeps them sorted."""
    return "\0".join(map(str, key)) if isinstance(key, tuple) else str(key)


class Job(NamedTuple):
    """What one merge needs everywhere; see Syntax in file.py.

    resolved: filled on the way, one for each place where a rule decided
    """

    leaf: Leaf
    clash: Clash
    sort: Callable[[Hashable], str]
    layout_counts: bool
    alias: Alias
    independent: bool
    resolved: list[Resolution]
    kin: Kin | None = None
    exclusive: Exclusive | None = None
    order: Order | None = None
    frame: Leaf = no_leaf
    conform: Conform | None = None
    order_counts: bool = False
    union: Union = always


def together(job: Job, base: Entry | None, ours: Entry, theirs: Entry, where: str) -> list[Part]:
    """An entry that both sides have."""
    if theirs.text in (ours.text, base.text if base else None):
        return [Part(ours.text)]
    if base and base.text == ours.text:
        return [Part(theirs.text)]
    if base is None and not (ours.section and theirs.section and job.union(ours, theirs)):
        whole = fuller(ours, theirs)
        if whole:
            return [Part(whole.text)]
        if ours.section:
            return by_lines(job, base, (ours, theirs), where)
    if ours.section and theirs.section and (base is None or base.section):
        return section(job, base, (ours, theirs), where)
    if ours.section or theirs.section or (base and base.section):
        return by_lines(job, base, (ours, theirs), where)
    return leaf(job, base, (ours, theirs), where)


def section(job: Job, base: Entry | None, sides: Pair, where: str) -> list[Part]:
    """A section that both sides changed: its frame, then what is in it, entry by entry."""
    ours, theirs = sides
    if job.conform:
        alike = job.conform(base, ours, theirs)
        if alike is None:
            return [conflict((base, ours, theirs), "edit/edit", where)]
        (base, ours, theirs), rule = alike
        sides = ours, theirs
        if rule:
            job.resolved.append(Resolution(rule, where, "", "", "", ""))
    lead = around(base and base.lead, ours.lead, theirs.lead)
    head = framed(job, base, sides, where)
    tail = around(base and base.tail, ours.tail, theirs.tail)
    if lead is None or head is None or tail is None:
        return by_lines(job, base, sides, where)
    try:
        body = rows(job, (base.body if base else (), ours.body, theirs.body), where)
    except Ambiguous:
        return by_lines(job, base, sides, where)
    return [Part(lead + head), *body, Part(tail)]


def framed(job: Job, base: Entry | None, sides: Pair, where: str) -> bytes | None:
    """The first line of a section that both sides changed."""
    ours, theirs = sides
    head = around(base and base.head + base.note, ours.head + ours.note, theirs.head + theirs.note)
    made = job.frame(base, ours, theirs) if head is None else None
    if made is None:
        return head
    note = around(base and base.note, ours.note, theirs.note)
    if note is None:
        return None
    job.resolved.append(resolution(made, where, (base, ours, theirs)))
    return made.text + note


def leaf(job: Job, base: Entry | None, sides: Pair, where: str) -> list[Part]:
    """A leaf that both sides changed: comments and text each by itself."""
    ours, theirs = sides
    lead = around(base and base.lead, ours.lead, theirs.lead)
    note = around(base and base.note, ours.note, theirs.note)
    head = own_text(job, base, sides, where)
    if lead is None or note is None or head is None:
        return by_lines(job, base, sides, where)
    return [Part(lead + head + note)]


def own_text(job: Job, base: Entry | None, sides: Pair, where: str) -> bytes | None:
    """The head of a leaf: the side that changed it, or what its format makes of both."""
    ours, theirs = sides
    before = base.head if base else None
    if theirs.head in (before, ours.head):
        return ours.head
    if ours.head == before:
        return theirs.head
    if not job.layout_counts:
        said = [one and one.split() for one in (before, ours.head, theirs.head)]
        if said[2] in said[:2]:
            return ours.head
        if said[0] == said[1]:
            return theirs.head
    made = job.leaf(base, ours, theirs)
    if made is None:
        return None
    job.resolved.append(resolution(made, where, (base, ours, theirs)))
    return made.text


def around(base: bytes | None, ours: bytes, theirs: bytes) -> bytes | None:
    """Comments and white space: of the side that changed them, or by lines; None: a conflict."""
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    if theirs.split() in (ours.split(), (base or b"").split()):
        return ours
    if ours.split() == (base or b"").split():
        return theirs
    if base is None:
        return None
    merged = lines.merge(Versions(base, ours, theirs), Options())
    return None if merged.conflicts else merged.text


def by_lines(job: Job, base: Entry | None, sides: Pair, where: str) -> list[Part]:
    """An entry as lines merge, conflicts in it as they come."""
    ours, theirs = sides
    told = job.clash(base, ours, theirs)
    if told:
        kind, more = told
        return [conflict((base, ours, theirs), kind, f"{where}{more}")]
    return line_parts(Versions(base.text if base else b"", ours.text, theirs.text), where)


def line_parts(versions: Versions, where: str) -> list[Part]:
    """A text merged by lines, as parts."""
    texts = lines.Texts(*map(lines.split, versions))
    made = []
    for chunk in lines.merge3(*texts):
        base = b"".join(texts.base[chunk.base0 : chunk.base1])
        ours = b"".join(texts.ours[chunk.ours0 : chunk.ours1])
        theirs = b"".join(texts.theirs[chunk.theirs0 : chunk.theirs1])
        if chunk.kind == "conflict":
            made.append(Part(ours, base, theirs, lines.kind_of(base, ours, theirs), where))
        else:
            made.append(Part(theirs if chunk.kind == "theirs" else ours))
    return made


def rows(job: Job, bodies: Bodies, where: str) -> list[Part]:
    """The entries of a section. Raises Ambiguous when two of them cannot be told apart."""
    maps = met(job.alias, told_apart(bodies))
    maps, doubts = doubted(paired(job.kin, maps)) if job.kin else (maps, set())
    blank = Blanks(maps)
    maps = [{key: without_blanks(one) for key, one in found.items()} for found in maps]
    base, ours, theirs = maps
    keys = (list(base), list(ours), list(theirs))
    order = order_of(job, keys, where)
    rivalry = {} if job.independent else rivals(keys, maps, exclusive_in(job, keys))
    parts: list[Part] = []
    for key in order or blank.grouped(arranged(keys, job.sort)):
        trio = (base.get(key), ours.get(key), theirs.get(key))
        if key in rivalry:
            found = rivalry_parts(maps, rivalry[key], where, blank)
        elif key in doubts:
            found = [conflict(trio, "edit/edit", where)]
        else:
            found = single(job, trio, where)
        if trio[0] is trio[1] is None and not job.layout_counts:
            found = [Part(reindented(part.ours, bodies[2], bodies[1])) for part in found]
        if found:
            parts += under(blank.above(key), blank.in_versions(key), found)
    if changed(base, ours) and changed(base, theirs):
        shown = [b"".join(one.text for one in row) for row in bodies]
        said = [lines.decoded(text[:SHOWN]) for text in shown]
        job.resolved.append(Resolution("entry-by-key", where, said[0], said[1], said[2], ""))
    if not (job.order_counts or same_order(keys)):
        job.resolved.append(Resolution("order-of-ours", where, "", "", "", ""))
    return parts


def order_of(job: Job, keys: Keys, where: str) -> list[Hashable] | None:
    """The order where the format knows it, or where both sides changed it and it counts. Raises
    Ambiguous where what both did is no order."""
    order = job.order(keys) if job.order else None
    if order is None and job.order_counts and not same_order(keys):
        order = agreed(keys)
        if order is None:
            raise Ambiguous(where)
    return order


def exclusive_in(job: Job, keys: Keys) -> Exclusive | None:
    """Where the format knows the order, all that both sides add may stay."""
    return None if job.order and job.order(keys) is not None else job.exclusive


def single(job: Job, trio: Trio, where: str) -> list[Part]:
    """One entry of a section: kept, taken, deleted, merged or a conflict."""
    base, ours, theirs = trio
    left = ours or theirs
    if left is None:
        return []
    path = f"{where}.{left.name}" if where else left.name
    if ours and theirs:
        return together(job, base, ours, theirs, path)
    if base is None:
        return [Part(left.text)]
    if words(base) == words(left) or (base.text == left.text):
        return []
    return [conflict(trio, "modify/delete" if ours else "delete/modify", path)]


def conflict(trio: Trio, kind: str, where: str) -> Part:
    base, ours, theirs = (one.text if one else b"" for one in trio)
    return Part(ours, base, theirs, kind, where)


def under(blank: bytes, own: tuple[bytes, bytes, bytes], parts: list[Part]) -> list[Part]:
    """An entry with blank lines above; in a conflict each version has its own, if they differ."""
    first = parts[0]
    base, ours, theirs = own
    if not first.kind or base == ours == theirs:
        return [Part(blank), *parts]
    with_own = first._replace(
        ours=ours + first.ours, base=base + first.base, theirs=theirs + first.theirs
    )
    return [with_own, *parts[1:]]


def rivalry_parts(
    maps: Maps,
    place: tuple[list[Hashable], list[Hashable], list[Hashable]] | None,
    where: str,
    blank: Blanks,
) -> list[Part]:
    """The conflict of a place, once; the blank lines above its first entries are not in it."""
    if place is None:
        return []
    texts = []
    for side, (found, row) in enumerate(zip(maps, place, strict=True)):
        above = [b"", *(blank.in_versions(key)[side] for key in row[1:])]
        texts.append(
            b"".join(lead + found[key].text for lead, key in zip(above, row, strict=False))
        )
    base, ours, theirs = texts
    return [Part(ours, base, theirs, "edit/edit", where)]


def changed(base: dict[Hashable, Entry], side: dict[Hashable, Entry]) -> bool:
    return base.keys() != side.keys() or any(base[key].text != side[key].text for key in base)


def resolution(made: Made, where: str, trio: Trio) -> Resolution:
    """A rule that decided about one leaf."""
    base, ours, theirs = (one.head if one else b"" for one in trio)
    told = (base, made.ours or ours, made.theirs or theirs, made.text)
    return Resolution(made.rule, where, *(lines.decoded(text[:SHOWN]) for text in told))

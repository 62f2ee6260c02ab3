"""Lay merged items out as the lines of ours, with conflicts as whole lines of each side."""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.merge import lines
from git_anvcs.merge.data.node import Item, Node
from git_anvcs.merge.markers import Chunk, Placed, render
from git_anvcs.merge.result import Conflict, Options


class Segment(NamedTuple):
    """A run of the result. With a `kind` it is a conflict, and its texts are whole lines.

    joins: the line of a conflict begins before it: that begin belongs to each of its sides
    """

    ours: bytes
    base: bytes = b""
    theirs: bytes = b""
    kind: str = ""
    where: str = ""
    joins: bool = False


class Piece(NamedTuple):
    """An item ready to be written: its parts around the separator."""

    lead: bytes
    body: list[Segment]
    before: bytes = b""
    after: bytes = b""


class Entry(NamedTuple):
    """Items at one place of a container. Without a `kind`, `ours` is what both sides get."""

    ours: list[Piece]
    base: Sequence[Piece] = ()
    theirs: Sequence[Piece] = ()
    kind: str = ""
    where: str = ""


class Unplaced(Exception):
    """A conflict inside a container that has no lines of its own: its parent must show it."""

    def __init__(self, kind: str, where: str) -> None:
        super().__init__(f"{kind} at {where}")
        self.kind = kind
        self.where = where


def piece(item: Item) -> Piece:
    return Piece(item.lead, [Segment(item.head + item.value.text)], item.before, item.after)


Commas = tuple[list[bool], list[bool], list[bool]]


def container(entries: list[Entry], frame: Node) -> list[Segment]:
    """The entries between the begin and the end of `frame`."""
    segments = [Segment(frame.style.encode())]
    entries = [entry for entry in entries if entry.ours or entry.theirs]
    if not entries:
        return [Segment(nothing(frame))]
    for index, (entry, commas) in enumerate(with_commas(entries, frame)):
        if not entry.kind:
            segments += written(entry.ours[0], commas[0], frame.separator)
            continue
        following = entries[index + 1] if index + 1 < len(entries) else None
        segments += clash(entry, commas, frame, following)
    return [*segments, Segment(frame.close)]


def nothing(frame: Node) -> bytes:
    """The container without items, on one line where no comment is in it."""
    if not frame.separator:
        raise Unplaced("delete/modify", "")
    style = frame.style.encode()
    return style + (frame.close if frame.close[:-1].strip() else frame.close[-1:])


def with_commas(entries: list[Entry], frame: Node) -> list[tuple[Entry, Commas]]:
    """Each entry with, for ours, base and theirs, which of its pieces a separator follows.

    A clean entry that would need one on one side only joins the conflict behind it.
    """
    result: list[tuple[Entry, Commas]] = []
    more = [frame.trailing] * 3
    for entry in reversed(entries):
        sides = (entry.ours, entry.base, entry.theirs) if entry.kind else (entry.ours,) * 3
        flags = [[True] * (len(side) - 1) + [more[n]] * bool(side) for n, side in enumerate(sides)]
        if frame.separator and not entry.kind and more[0] != more[2] and result:
            result.append(swallowed(entry, flags, *result.pop()))
        else:
            result.append((entry, (flags[0], flags[1], flags[2])))
        more = [more[n] or bool(side) for n, side in enumerate(sides)]
    return result[::-1]


def swallowed(
    entry: Entry, flags: list[list[bool]], behind: Entry, commas: Commas
) -> tuple[Entry, Commas]:
    """A clean entry and the conflict behind it as one conflict."""
    whole = behind._replace(
        ours=[*entry.ours, *behind.ours],
        base=[*entry.ours, *behind.base],
        theirs=[*entry.ours, *behind.theirs],
    )
    ours, base, theirs = (one + two for one, two in zip(flags, commas, strict=True))
    return whole, (ours, base, theirs)


def written(one: Piece, comma: list[bool], separator: bytes) -> list[Segment]:
    mark = separator if comma and comma[0] else b""
    return [Segment(one.lead), *one.body, Segment(one.before + mark + one.after)]


def clash(entry: Entry, commas: Commas, frame: Node, following: Entry | None) -> list[Segment]:
    """A conflict as whole lines; the line end before it stays outside."""
    texts = []
    for pieces, flags in zip((entry.ours, entry.base, entry.theirs), commas, strict=True):
        parts = [
            part
            for one, comma in zip(pieces, flags, strict=True)
            for part in written(one, [comma], frame.separator)
        ]
        texts.append(b"".join(part.ours for part in parts))
        if any(part.kind for part in parts):
            raise Unplaced(entry.kind, entry.where)
    rest = (following.ours or following.theirs) if following else None
    behind = rest[0].lead if rest else frame.close
    if not behind and not frame.separator:
        behind = b"\n"  # a YAML block ends where its last line does
    if not behind.startswith(b"\n"):
        raise Unplaced(entry.kind, entry.where)
    if not frame.separator and texts[0] and texts[0][:1] != b"\n":
        return behind_dash(entry, texts)
    if any(text and text[:1] != b"\n" for text in texts):
        raise Unplaced(entry.kind, entry.where)
    ours, base, theirs = (text[1:] + b"\n" if text else b"" for text in texts)
    return [Segment(b"\n"), Segment(ours, base, theirs, entry.kind, entry.where)]


def behind_dash(entry: Entry, texts: list[bytes]) -> list[Segment]:
    """A conflict that begins on the line of a YAML dash: the line's begin joins each side."""
    leads = {side[0].lead for side in (entry.ours, entry.base, entry.theirs) if side}
    lead = entry.ours[0].lead
    if leads != {lead} or lead.strip(b" ") or not entry.theirs:
        raise Unplaced(entry.kind, entry.where)
    ours, base, theirs = (text[len(lead) :] + b"\n" if text else b"" for text in texts)
    return [Segment(lead), Segment(ours, base, theirs, entry.kind, entry.where, joins=True)]


def assembled(segments: list[Segment], options: Options) -> tuple[bytes, list[Conflict]]:
    """The text of the segments with markers, and its conflicts.

    A conflict's lines end with a line end; the one that starts the next segment is that same one.
    """
    texts = lines.Texts([], [], [])
    chunks: list[Chunk] = []
    told: list[Segment] = []
    for segment in joined(segments):
        start = [len(side) for side in texts]
        for side, text in zip(texts, sides(segment), strict=True):
            side.extend(lines.split(text))
        b, o, t = (len(side) for side in texts)
        kind = "conflict" if segment.kind else "same"
        chunks.append(Chunk(kind, start[0], b, start[1], o, start[2], t))
        told += [segment] if segment.kind else []
    if options.style == "zdiff3":
        chunks = [part for chunk in chunks for part in lines.pared(texts, chunk)]
    text, placed = render(texts, chunks, options)
    return text, [stated(texts, *pair) for pair in zip(placed, told, strict=True)]


def sides(segment: Segment) -> tuple[bytes, bytes, bytes]:
    if segment.kind:
        return segment.base, segment.ours, segment.theirs
    return segment.ours, segment.ours, segment.ours


def stated(texts: lines.Texts, place: Placed, segment: Segment) -> Conflict:
    one = lines.conflict(texts, place)
    return one._replace(kind=segment.kind, where=segment.where)


def joined(segments: list[Segment]) -> list[Segment]:
    """Clean runs and conflicts in turn: neighbours of one sort become one."""
    result: list[Segment] = []
    buffer: list[bytes] = []
    drop = False
    for segment in segments:
        if not segment.kind:
            buffer.append(segment.ours[drop:])
            drop = drop and not segment.ours
            continue
        text = b"".join(buffer)
        cut = text.rfind(b"\n") + 1 if segment.joins else len(text)
        whole = begun(text[cut:], segment)
        if result and not text[:cut]:
            result[-1] = both(result[-1], whole)
        else:
            result += [Segment(text[:cut]), whole]
        buffer, drop = [], True
    return [*result, Segment(b"".join(buffer))]


def begun(line: bytes, segment: Segment) -> Segment:
    """The conflict with the begin of its first line on each side."""
    ours, base, theirs = (
        line + text if text else text for text in (segment.ours, segment.base, segment.theirs)
    )
    return segment._replace(ours=ours, base=base, theirs=theirs)


def both(first: Segment, second: Segment) -> Segment:
    kind = first.kind if first.kind == second.kind else "edit/edit"
    return Segment(
        first.ours + second.ours,
        first.base + second.base,
        first.theirs + second.theirs,
        kind,
        f"{first.where}, {second.where}",
    )

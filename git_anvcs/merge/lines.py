"""Merge three versions of a text by lines, as `git merge-file` does.

`merge` gives bytes with markers; `merge3` gives the chunks as values, for any sequences, so that
formats can decide inside the conflicting ones. Bytes are never changed: CRLF, a lone CR, NUL and a
missing last newline stay as they are. Only inside a conflict a side without a last newline gets
one, as Git does, because a marker must start a line.
"""

from collections.abc import Hashable, Iterator, Sequence, Sized
from typing import NamedTuple

from git_anvcs.kernel.diff import Change, changes
from git_anvcs.merge.markers import Chunk, Placed, render
from git_anvcs.merge.result import Conflict, Merged, Options, Versions

GLUE = 3  # conflicts with so few equal lines between them are shown as one, as Git does


class Texts(NamedTuple):
    """Three versions as lines with their line ends."""

    base: list[bytes]
    ours: list[bytes]
    theirs: list[bytes]


def merge(versions: Versions, options: Options) -> Merged:
    """The three versions merged by lines, conflicts between markers."""
    texts = Texts(*(split(version) for version in versions))
    chunks = shown(texts, merge3(*texts), options.style)
    text, placed = render(texts, chunks, options)
    return Merged(text, tuple(conflict(texts, place) for place in placed))


def split(text: bytes) -> list[bytes]:
    """Lines with their ends; only LF ends a line, as in Git."""
    lines = text.split(b"\n")
    last = lines.pop()
    ended = [line + b"\n" for line in lines]
    return [*ended, last] if last else ended


def merge3(
    base: Sequence[Hashable], ours: Sequence[Hashable], theirs: Sequence[Hashable]
) -> list[Chunk]:
    """Chunks that cover all three sequences, in order.

    Changes that overlap or touch are one conflict, unless both sides did exactly the same.
    """
    chunks: list[Chunk] = []
    at = Chunk("same", 0, 0, 0, 0, 0, 0)
    for chunk in joined(list(clashes(ours, theirs, changes(base, ours), changes(base, theirs)))):
        chunks += between(at, chunk)
        chunks.append(chunk)
        at = chunk
    end = Chunk("same", len(base), len(base), len(ours), len(ours), len(theirs), len(theirs))
    return chunks + between(at, end)


def clashes(
    ours: Sequence[Hashable],
    theirs: Sequence[Hashable],
    mine: list[Change],
    yours: list[Change],
) -> Iterator[Chunk]:
    """Each change of either side as a chunk; those that meet come as conflicts, maybe in pieces."""
    i = j = shift_mine = shift_yours = 0
    while i < len(mine) or j < len(yours):
        a = mine[i] if i < len(mine) else None
        b = yours[j] if j < len(yours) else None
        if a and (not b or a.a1 < b.a0):
            yield Chunk("ours", *a, a.a0 + shift_yours, a.a1 + shift_yours)
            i, shift_mine = i + 1, a.b1 - a.a1
        elif b and (not a or b.a1 < a.a0):
            yield Chunk("theirs", b.a0, b.a1, b.a0 + shift_mine, b.a1 + shift_mine, b.b0, b.b1)
            j, shift_yours = j + 1, b.b1 - b.a1
        elif a and b:
            same = a[:2] == b[:2] and ours[a.b0 : a.b1] == theirs[b.b0 : b.b1]
            yield overlap(a, b, "both" if same else "conflict")
            if a.a1 <= b.a1:
                i, shift_mine = i + 1, a.b1 - a.a1
            if b.a1 <= a.a1:
                j, shift_yours = j + 1, b.b1 - b.a1


def overlap(a: Change, b: Change, kind: str) -> Chunk:
    """What two changes that meet cover together, each side widened to the other's reach."""
    low, high = min(a.a0, b.a0), max(a.a1, b.a1)
    return Chunk(
        kind,
        low,
        high,
        a.b0 - (a.a0 - low),
        a.b1 + (high - a.a1),
        b.b0 - (b.a0 - low),
        b.b1 + (high - b.a1),
    )


def joined(chunks: list[Chunk]) -> Iterator[Chunk]:
    """Chunks that overlap or touch become one conflict."""
    held: Chunk | None = None
    for chunk in chunks:
        if held and (chunk.ours0 <= held.ours1 or chunk.theirs0 <= held.theirs1):
            kind = held.kind if held.kind == chunk.kind else "conflict"
            # The later chunk knows where the sides really end: it has passed all changes before.
            held = held._replace(
                kind=kind, base1=chunk.base1, ours1=chunk.ours1, theirs1=chunk.theirs1
            )
        else:
            if held:
                yield held
            held = chunk
    if held:
        yield held


def between(left: Chunk, right: Chunk) -> list[Chunk]:
    """What all three sides share between two chunks."""
    if left.ours1 == right.ours0:
        return []
    return [
        Chunk(
            "same",
            left.base1,
            right.base0,
            left.ours1,
            right.ours0,
            left.theirs1,
            right.theirs0,
        )
    ]


def shown(texts: Texts, chunks: list[Chunk], style: str) -> list[Chunk]:
    """Conflicts cut down to what the style shows.

    `merge` leaves out what both sides have in common, `zdiff3` only at both ends.
    """
    if style == "diff3":
        return chunks
    if style == "zdiff3":
        return [part for chunk in chunks for part in pared(texts, chunk)]
    return glued(texts, [part for chunk in chunks for part in refined(texts, chunk)])


def pared(texts: Texts, chunk: Chunk) -> list[Chunk]:
    """A conflict without the lines that both sides begin and end with."""
    if chunk.kind != "conflict":
        return [chunk]
    mine = texts.ours[chunk.ours0 : chunk.ours1]
    yours = texts.theirs[chunk.theirs0 : chunk.theirs1]
    size = min(len(mine), len(yours))
    head = next((n for n in range(size) if mine[n] != yours[n]), size)
    rest = size - head
    tail = next((n for n in range(rest) if mine[-1 - n] != yours[-1 - n]), rest)
    core = chunk._replace(
        ours0=chunk.ours0 + head,
        theirs0=chunk.theirs0 + head,
        ours1=chunk.ours1 - tail,
        theirs1=chunk.theirs1 - tail,
    )
    before = Chunk(
        "both", chunk.base0, chunk.base0, chunk.ours0, core.ours0, chunk.theirs0, core.theirs0
    )
    after = Chunk(
        "both", chunk.base1, chunk.base1, core.ours1, chunk.ours1, core.theirs1, chunk.theirs1
    )
    return [part for part in (before, core, after) if part.ours1 > part.ours0 or part is core]


def refined(texts: Texts, chunk: Chunk) -> list[Chunk]:
    """A conflict split at what both sides have in common; the first piece keeps the base."""
    if chunk.kind != "conflict" or chunk.ours0 == chunk.ours1 or chunk.theirs0 == chunk.theirs1:
        return [chunk]
    mine = texts.ours[chunk.ours0 : chunk.ours1]
    yours = texts.theirs[chunk.theirs0 : chunk.theirs1]
    parts: list[Chunk] = []
    base0, ours0, theirs0 = chunk.base0, chunk.ours0, chunk.theirs0
    o = t = 0
    for part in changes(mine, yours):
        if part.a0 > o:
            parts.append(agreed(base0, ours0, theirs0, Change(o, part.a0, t, part.b0)))
        parts.append(
            Chunk(
                "conflict",
                base0,
                chunk.base1,
                ours0 + part.a0,
                ours0 + part.a1,
                theirs0 + part.b0,
                theirs0 + part.b1,
            )
        )
        o, t, base0 = part.a1, part.b1, chunk.base1
    if len(mine) > o:
        parts.append(agreed(base0, ours0, theirs0, Change(o, len(mine), t, len(yours))))
    return parts


def agreed(base0: int, ours0: int, theirs0: int, run: Change) -> Chunk:
    """Lines that both sides have inside a conflict."""
    return Chunk(
        "both",
        base0,
        base0,
        ours0 + run.a0,
        ours0 + run.a1,
        theirs0 + run.b0,
        theirs0 + run.b1,
    )


def glued(texts: Texts, chunks: list[Chunk]) -> list[Chunk]:
    """Conflicts with next to nothing between them as one: easier to read, as Git does it."""
    result: list[Chunk] = []
    last = -1  # the conflict before, while only lines that all share have followed it
    for chunk in chunks:
        result.append(chunk)
        if chunk.kind == "conflict":
            gap = texts.ours[result[last].ours1 : chunk.ours0] if last >= 0 else []
            if last >= 0 and (len(gap) <= GLUE or not any(map(alphanumeric, gap))):
                result[last:] = [span(result[last], chunk)]
            last = len(result) - 1
        elif chunk.kind not in SHARED:
            last = -1
    return result


SHARED = ("same", "both")


def span(first: Chunk, last: Chunk) -> Chunk:
    return first._replace(base1=last.base1, ours1=last.ours1, theirs1=last.theirs1)


def alphanumeric(line: bytes) -> bool:
    return any(bytes((byte,)).isalnum() for byte in line)


def conflict(texts: Texts, place: Placed) -> Conflict:
    """A conflict as a value, for reports."""
    line, chunk = place
    base = b"".join(texts.base[chunk.base0 : chunk.base1])
    ours = b"".join(texts.ours[chunk.ours0 : chunk.ours1])
    theirs = b"".join(texts.theirs[chunk.theirs0 : chunk.theirs1])
    return Conflict(kind_of(base, ours, theirs), "", line, *map(decoded, (base, ours, theirs)))


def kind_of(base: Sized, ours: Sized, theirs: Sized) -> str:
    """The kind of conflict that three texts, or three runs of items, show."""
    if not base:
        return "add/add"
    if not ours:
        return "delete/modify"
    return "edit/edit" if theirs else "modify/delete"


def decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")

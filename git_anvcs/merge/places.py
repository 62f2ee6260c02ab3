"""Where a merge by meaning departs from the line merge: the places a person may want to look at.

A place is a run of lines that a rule wrote, with what the line merge has there (mostly a conflict
between its markers). So a place can be put back and taken again, whatever the format, by
exchanging one run of lines for the other.
"""

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
import re
from typing import NamedTuple

from git_anvcs.kernel.diff import Change, changes
from git_anvcs.merge import lines, markers
from git_anvcs.merge.lines import Texts
from git_anvcs.merge.markers import Chunk
from git_anvcs.merge.result import Options, Resolution, Versions

STANDS, UNDONE, CHANGED = "stands", "undone", "changed"
SIDES = ("ours", "theirs", "base")
ID_LENGTH = 10


class Place(NamedTuple):
    """One departure from the line merge.

    id: made of path and content, so the same merge has the same ids everywhere
    start, end: its lines in the merged text, counted from 0, half open
    before, after: the lines of the line merge and those of the merge by meaning
    versions: what base, ours and theirs have there
    resolutions: the rules that were at work here, the closest first
    """

    id: str
    start: int
    end: int
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]
    versions: Versions
    resolutions: tuple[Resolution, ...] = ()


class Standing(NamedTuple):
    """What became of a place in a later text: state, and the lines (from 0) that stand for it.

    state: `stands`; `undone`: the line merge is there; `ours`, `theirs`, `base`: that version is;
    `changed`: something else
    """

    state: str
    start: int
    end: int


# A line, or a whole conflict as the lines of its block.
Token = bytes | tuple[bytes, ...]
# Where base, ours and theirs are, as line numbers from 0.
At = tuple[int, int, int]


def places(
    versions: Versions, merged: bytes, options: Options, resolutions: Sequence[Resolution] = ()
) -> list[Place]:
    """The places of a merged text, in its order, each with its rules."""
    texts = Texts(*map(lines.split, versions))
    plain, at = _by_lines(texts, _narrow(texts, options.style), options)
    made = list(tokens(lines.split(merged), options.marker_size))
    found: list[Place] = []
    starts = _starts(made)
    for a0, a1, b0, b1 in changes(plain, made):
        inside = _between(texts, at[a0], at[a1])
        before, after = _flat(plain[a0:a1]), _flat(made[b0:b1])
        if (both := _readings(before, options)) and both == _readings(after, options):
            continue  # the same conflict, drawn in another way
        again = sum(one.before == before and one.after == after for one in found)
        name = _id(options.path, before, after, again)
        rules = tuple(_at_work(inside, resolutions))
        found.append(Place(name, starts[b0], starts[b1], before, after, inside, rules))
    return found


def standings(
    merged: Sequence[bytes], found: Sequence[Place], now: Sequence[bytes], size: int = 7
) -> list[Standing]:
    """What became of the places.

    merged, now: the lines of the merged text and of the later one; what stands behind their
    conflict markers (of `size`) does not count
    """
    merged, now = _unlabelled(merged, size), _unlabelled(now, size)
    edits = changes(merged, now)
    bare = (one._replace(before=tuple(_unlabelled(one.before, size))) for one in found)
    return [_standing(merged, place, now, edits) for place in bare]


def exchanged(now: Sequence[bytes], found: Standing, text: Sequence[bytes]) -> list[bytes]:
    """The lines with those of a place replaced by others, the rest as it was."""
    return [*now[: found.start], *text, *now[found.end :]]


def _standing(
    merged: Sequence[bytes], place: Place, now: Sequence[bytes], edits: Sequence[Change]
) -> Standing:
    start, end = place.start, place.end
    near = _near(edits, start, end)
    # What was put there is closer than the merge itself; equal lines around may hide it from a diff
    # with that one.
    best = _size(edits)
    found: Standing | None = None
    for state, text in put_back(place) if edits else ():
        other = [*merged[:start], *text, *merged[end:]]
        others = changes(other, now)
        if _size(others) < best and not _near(others, start, start + len(text)):
            first = start + _shift(others, start)
            found, best = Standing(state, first, first + len(text)), _size(others)
    if found:
        return found
    if not near or (start < end and not any(_overlaps(edit, start, end) for edit in near)):
        shift = _shift(edits, start)
        return Standing(STANDS, start + shift, end + shift)
    shift = sum(map(_growth, (edit for edit in edits if edit.a1 < start)))
    low, high = min(start, near[0].a0), max(end, near[-1].a1)
    return Standing(CHANGED, low + shift, high + shift + sum(map(_growth, near)))


def _size(edits: Sequence[Change]) -> int:
    """How many lines the edits take away and bring."""
    return sum(edit.a1 - edit.a0 + edit.b1 - edit.b0 for edit in edits)


def _near(edits: Sequence[Change], start: int, end: int) -> list[Change]:
    """The edits that touch these lines."""
    return [edit for edit in edits if edit.a0 <= end and edit.a1 >= start]


def _shift(edits: Sequence[Change], start: int) -> int:
    """How much the edits before a line move it."""
    return sum(map(_growth, (edit for edit in edits if edit.a1 <= start)))


def put_back(place: Place) -> list[tuple[str, Sequence[bytes]]]:
    """What may stand at a place instead of what the rule made, by the state it is then in."""
    texts = {side: lines.split(text) for side, text in place.versions._asdict().items()}
    others = [(side, texts[side]) for side in SIDES if texts[side] != list(place.after)]
    return [(UNDONE, place.before), *others]


def _unlabelled(text: Sequence[bytes], size: int) -> list[bytes]:
    marker = re.compile(rb"([<|>]{%d}) .*?(\r?\n?)" % size, re.DOTALL)
    return [marker.sub(rb"\1\2", line) if marker.fullmatch(line) else line for line in text]


def _growth(edit: Change) -> int:
    return (edit.b1 - edit.b0) - (edit.a1 - edit.a0)


def _overlaps(edit: Change, start: int, end: int) -> bool:
    """Whether an edit changes lines of a place, or puts some between them."""
    return edit.a0 < end and edit.a1 > start


def _narrow(texts: Texts, style: str) -> list[Chunk]:
    """The line merge with its conflicts as small as the style allows: neighbours stay apart."""
    chunks = lines.merge3(*texts)
    if style == "diff3":
        return chunks
    cut = lines.pared if style == "zdiff3" else lines.refined
    return [part for chunk in chunks for part in cut(texts, chunk)]


def _readings(text: Sequence[bytes], options: Options) -> tuple[bytes, bytes] | None:
    """The lines as either side reads them; None where nothing is open."""
    joined = b"".join(text)
    if not markers.has_markers(joined, options.marker_size):
        return None
    try:
        found = markers.parse(joined, options.marker_size).versions()
    except ValueError:
        return None
    return found.ours, found.theirs


def _by_lines(
    texts: Texts, chunks: Sequence[Chunk], options: Options
) -> tuple[list[Token], list[At]]:
    """The line merge as tokens, and where the versions are before each and after the last."""
    found: list[Token] = []
    at: list[At] = []
    for chunk in chunks:
        start = (chunk.base0, chunk.ours0, chunk.theirs0)
        if chunk.kind == "conflict":
            found.append(tuple(markers.block(texts, chunk, options)))
            at.append(start)
            continue
        if chunk.kind == "theirs":
            shown = texts.theirs[chunk.theirs0 : chunk.theirs1]
        else:
            shown = texts.ours[chunk.ours0 : chunk.ours1]
        found += shown
        at += [_step(chunk, number) for number in range(len(shown))]
    end = (len(texts.base), len(texts.ours), len(texts.theirs))
    return found, [*at, end]


def _step(chunk: Chunk, number: int) -> At:
    """Where the versions are before a line of a chunk without conflict."""
    moving = {"ours": (0, 1, 0), "theirs": (0, 0, 1)}.get(chunk.kind, (1, 1, 1))
    base, ours, theirs = (
        min(first + number * pace, last)
        for first, last, pace in zip(chunk[1::2], chunk[2::2], moving, strict=True)
    )
    return base, ours, theirs


def _between(texts: Texts, start: At, end: At) -> Versions:
    parts = (b"".join(text[a:b]) for text, a, b in zip(texts, start, end, strict=True))
    return Versions(*parts)


def tokens(text: Sequence[bytes], size: int) -> Iterator[Token]:
    """The lines of a text, each complete conflict as one token."""
    opening, closing = (re.compile(rb"%s{%d}(?: |\r?\n?$)" % (sign, size)) for sign in (b"<", b">"))
    held: list[bytes] = []
    for line in text:
        if held or opening.match(line):
            held.append(line)
            if closing.match(line):
                yield tuple(held)
                held = []
        else:
            yield line
    yield from held


def _starts(text: Sequence[Token]) -> list[int]:
    """The line of each token, and one past the last line."""
    found = [0]
    for token in text:
        found.append(found[-1] + (len(token) if isinstance(token, tuple) else 1))
    return found


def _flat(text: Sequence[Token]) -> tuple[bytes, ...]:
    return tuple(
        line for token in text for line in (token if isinstance(token, tuple) else (token,))
    )


def _id(path: str, before: Sequence[bytes], after: Sequence[bytes], again: int) -> str:
    """Ten hex digits; again: how many equal places stand before it in the file."""
    name = path.encode(errors="surrogateescape")
    parts = (name, b"".join(before), b"".join(after), b"%d" % again)
    return sha256(b"\0".join(parts)).hexdigest()[:ID_LENGTH]


def _at_work(inside: Versions, resolutions: Sequence[Resolution]) -> Iterator[Resolution]:
    """The resolutions that quote what a side changed here, the one that quotes least first.

    A value in a line is quoted without the rest of the line.
    """
    base, ours, theirs = (
        {line for line in map(str.strip, lines.decoded(text).split("\n")) if line}
        for text in inside
    )
    mine, yours = ours - base, theirs - base
    for one in sorted(resolutions, key=lambda one: len(one.ours) + len(one.theirs)):
        whole = any(line in one.ours for line in mine) or any(line in one.theirs for line in yours)
        if whole or (_within(one.ours, mine) and _within(one.theirs, yours)):
            yield one


def _within(text: str, changed: Collection[str]) -> bool:
    """Whether a text is a part of a line that a side changed."""
    text = text.strip()
    return bool(text) and any(text in line for line in changed)

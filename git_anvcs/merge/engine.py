"""Merge three versions of one file: by lines where that is sound, by meaning where it is not.

The cascade: equal sides; Git's line merge, checked for syntax and duplicate identities; the
format's merge by meaning. What is chosen has passed every check in checks.py and has no more
conflicts than the line merge, unless the line merge was clean only by accident.
"""

from git_anvcs.merge import checks, lines, markers
from git_anvcs.merge.locks import table as locks
from git_anvcs.merge.markers import Chunk, Parsed
from git_anvcs.merge.registry import (
    Checked,
    Comparing,
    Conserving,
    Format,
    Settling,
    format_of,
    load_format,
)
from git_anvcs.merge.result import Conflict, Merged, NotUnderstood, Options, Versions

LIMIT = 4_000_000  # bytes of one version; above, only lines are merged
BINARY_WITHIN = 8000  # Git looks for NUL in so many bytes
OUTERMOST = 7  # above, Git merges two ancestors into a virtual base


def merge(versions: Versions, options: Options, line_result: bytes | None = None) -> Merged:
    """The merged file. Never raises: what is not understood is merged by lines.

    line_result: the same merge by Git itself, with the labels and markers of `options`
    """
    base, ours, theirs = versions
    if theirs in (base, ours):
        return Merged(ours)
    if base == ours:
        return Merged(theirs)
    if any(b"\0" in version[:BINARY_WITHIN] for version in versions):
        return binary(ours)
    by_lines = line_merge(versions, options, line_result)
    return unlocked(versions, options, best(versions, options, by_lines))


def best(versions: Versions, options: Options, by_lines: Merged) -> Merged:
    """The merge by meaning where there is one that is better than by lines."""
    name = format_of(options.path)
    if name == "text" or textual(versions, options):
        return by_lines
    try:
        return understood(versions, options, by_lines, name)
    except NotUnderstood:
        return by_lines
    except Exception:  # noqa: BLE001 - a bug or a too deep recursion in a format costs a merge, not a file
        return by_lines


def unlocked(versions: Versions, options: Options, merged: Merged) -> Merged:
    """A lock file with conflicts is ours, whole, until its package manager writes it anew."""
    command = locks.command(options.path)
    if not (command and merged.conflicts) or options.marker_size > OUTERMOST:
        return merged
    if markers.has_markers(versions.ours, options.marker_size):
        return merged
    where = ", ".join(dict.fromkeys(one.where for one in merged.conflicts if one.where))
    left = Conflict("relock", where, 0, "", "", "")
    return Merged(versions.ours, (left,), (), merged.format, relock=command)


def binary(ours: bytes) -> Merged:
    """As Git: ours stays, without markers, and the conflict is reported."""
    return Merged(ours, (Conflict("binary", "", 0, "", "", ""),))


def textual(versions: Versions, options: Options) -> bool:
    """Whether only lines may be merged.

    A marker size above 7 means that Git merges two ancestors into a virtual base; its result is
    input of another merge, so it must be what Git itself would make.
    """
    return (
        options.marker_size > OUTERMOST
        or any(len(version) > LIMIT for version in versions)
        or any(markers.has_markers(version, options.marker_size) for version in versions)
        or not all(map(utf8, versions))
    )


def utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in text


def line_merge(versions: Versions, options: Options, given: bytes | None) -> Merged:
    """Git's own line merge where there is one and it keeps every line, else ours."""
    if given is None:
        return lines.merge(versions, options)
    try:
        parsed = markers.parse(given, options.marker_size)
    except ValueError:
        return lines.merge(versions, options)
    merged = Merged(given, tuple(stated(parsed)))
    if sum(map(len, versions)) > 3 * LIMIT or keeps_lines(versions, merged, options):
        return merged
    return lines.merge(versions, options)


def stated(parsed: Parsed) -> list[Conflict]:
    """The conflicts that a text with markers shows."""
    clashes = (chunk for chunk in parsed.chunks if chunk.kind == "conflict")
    found = []
    for line, chunk in zip(parsed.starts, clashes, strict=True):
        one = lines.conflict(lines.Texts(*parsed.texts), markers.Placed(line, chunk))
        found.append(one if parsed.with_base else one._replace(kind="edit/edit"))
    return found


def keeps_lines(versions: Versions, merged: Merged, options: Options) -> bool:
    counts = [checks.line_tokens(version) for version in versions]
    kept = checks.union(checks.line_tokens(side) for side in checks.sides(merged, options))
    return not checks.lost(counts, kept)


def understood(versions: Versions, options: Options, by_lines: Merged, name: str) -> Merged:
    """The better of the line merge and the merge by meaning."""
    form = load_format(name)
    flaws = flaws_of(form, versions, by_lines, options)
    whole = not by_lines.conflicts and not flaws
    if whole and not isinstance(form, Conserving):
        return by_lines._replace(format=name)
    try:
        by_meaning = form.merge(versions, options)._replace(format=name)
    except NotUnderstood:
        return mended(form, versions, by_lines, options)
    if not sound(form, versions, by_meaning, options):
        return mended(form, versions, by_lines, options)
    if whole and by_meaning.conflicts and options.rules.cells != "conflict":
        return by_lines._replace(format=name)
    if by_meaning.readings:
        return by_meaning  # the file still parses, which none does with markers on its lines
    if not flaws and len(by_meaning.conflicts) > len(by_lines.conflicts):
        by_meaning = glued(by_meaning, options)
    if flaws or cost(by_meaning) <= cost(by_lines) or misled(form, versions, by_lines, options):
        return by_meaning
    return by_lines


def glued(merged: Merged, options: Options) -> Merged:
    """The same merge with neighbouring conflicts as one, as Git joins them."""
    parsed = markers.parse(merged.text, options.marker_size)
    texts = lines.Texts(*parsed.texts)
    chunks = lines.glued(texts, parsed.chunks)
    text, placed = markers.render(texts, chunks, options)
    starts = [chunk[1::2] for chunk in parsed.chunks if chunk.kind == "conflict"]
    ends = [place.chunk[1::2] for place in placed[1:]]
    conflicts = []
    told = list(zip(starts, merged.conflicts, strict=True))
    for place, end in zip(placed, [*ends, None], strict=True):
        inside = [one for start, one in told if end is None or start < end]
        told = told[len(inside) :]
        where = ", ".join(one.where for one in inside)
        kind = inside[0].kind if len({one.kind for one in inside}) == 1 else "edit/edit"
        one = lines.conflict(texts, place)._replace(kind=kind, where=where)
        if not parsed.with_base:
            one = one._replace(base="".join(part.base for part in inside))
        conflicts.append(one)
    return merged._replace(text=text, conflicts=tuple(conflicts))


def flaws_of(
    form: Format, versions: Versions, merged: Merged, options: Options
) -> list[checks.Flaw]:
    """What is wrong with a clean text; conflicts are for people to judge."""
    return [] if merged.conflicts else by_side(form, versions, merged, options)[0]


def misled(form: Format, versions: Versions, by_lines: Merged, options: Options) -> bool:
    """Whether lines went wrong beside their conflicts, so that no choice between them is right."""
    return any(by_side(form, versions, by_lines, options))


def by_side(
    form: Format, versions: Versions, merged: Merged, options: Options
) -> list[list[checks.Flaw]]:
    """What is wrong with the text, as either side of its conflicts reads."""
    if not isinstance(form, Checked):
        return [[]]
    texts = checks.sides(merged, options)
    found = [form.flaws(versions, text, options) for text in texts]
    if isinstance(form, Settling):
        found[0] += form.settled(versions, texts, options)
    return found


def sound(form: Format, versions: Versions, merged: Merged, options: Options) -> bool:
    """Whether the merge by meaning passes all checks."""
    if not checks.well_marked(merged, versions, options):
        return False
    if not isinstance(form, Checked):
        return True
    if any(by_side(form, versions, merged, options)):
        return False
    texts = checks.sides(merged, options)
    if isinstance(form, Conserving):
        return form.conserved(versions, texts)
    every = (*versions, *texts)
    told = form.differing(every) if isinstance(form, Comparing) else list(map(form.tokens, every))
    counts, kept = told[:3], checks.union(told[3:])
    dropped = checks.chosen_away(merged)
    lost = [one for one in checks.lost(counts, kept) if checks.stands_for(one) not in dropped]
    return not lost and (bool(merged.conflicts) or not checks.revived(counts, kept))


def cost(merged: Merged) -> tuple[int, int]:
    """How much is left to a person: conflicts, then their size."""
    mass = sum(len(one.ours) + len(one.theirs) for one in merged.conflicts)
    return len(merged.conflicts), mass


def mended(form: Format, versions: Versions, by_lines: Merged, options: Options) -> Merged:
    """The line merge, with a conflict over every place where it is wrong."""
    flaws = by_side(form, versions, by_lines, options)
    if not any(flaws):
        return by_lines
    for near in (NEAR, LIMIT):
        narrow = forced(versions, flaws, options, near)
        if not any(by_side(form, versions, narrow, options)):
            return narrow
    return forced(versions, [[first_of(flaws)._replace(first=0, last=0)]], options, LIMIT)


def forced(
    versions: Versions, flaws: list[list[checks.Flaw]], options: Options, near: int
) -> Merged:
    """The line merge with a conflict over its flaws, given by side of its conflicts; over several
    at once with up to `near` lines between them.

    Flaws without a place, or at places that both sides share, stand for all that was changed.
    """
    texts = lines.Texts(*map(lines.split, versions))
    chunks = lines.merge3(*texts)
    sides = zip(flaws, ("ours", "theirs"), strict=False)
    wrong = [reached(chunks, found, side) for found, side in sides if found]
    touched = sorted({index for found in wrong for index in found})
    if not all(wrong):
        touched, near = [at for at, one in enumerate(chunks) if one.kind != "same"], LIMIT
    pieces: list[Chunk] = []
    made: list[Chunk] = []
    end = 0
    for first, last in spans(chunks, touched or [0, len(chunks) - 1], near):
        made.append(lines.span(chunks[first]._replace(kind="conflict"), chunks[last]))
        pieces += [*lines.shown(texts, chunks[end:first], options.style), made[-1]]
        end = last + 1
    pieces += lines.shown(texts, chunks[end:], options.style)
    text, placed = markers.render(texts, pieces, options)
    flaw = first_of(flaws)
    found = [
        one._replace(kind=flaw.kind, where=flaw.where) if place.chunk in made else one
        for place in placed
        for one in [lines.conflict(texts, place)]
    ]
    return Merged(text, tuple(found))


NEAR = 20  # lines between two halves of one conflict that a person sees at once


def spans(chunks: list[Chunk], indexes: list[int], near: int) -> list[tuple[int, int]]:
    """Runs of chunks from the first to the last of those that have few lines between them."""
    found = [(indexes[0], indexes[0])]
    for index in indexes[1:]:
        first, last = found[-1]
        if chunks[index].ours0 - chunks[last].ours1 <= near:
            found[-1] = first, index
        else:
            found.append((index, index))
    return found


def first_of(flaws: list[list[checks.Flaw]]) -> checks.Flaw:
    return next(flaw for found in flaws for flaw in found)


def reached(chunks: list[Chunk], flaws: list[checks.Flaw], side: str) -> list[int]:
    """The changed chunks that the flaws touch; none where a flaw has no place.

    flaws: with line numbers in the text in which conflicts read as `side`
    """
    touched: list[int] = []
    line = 1
    if not all(flaw.first for flaw in flaws):
        return touched
    for index, chunk in enumerate(chunks):
        theirs = chunk.kind == "theirs" or (chunk.kind == "conflict" and side == "theirs")
        size = chunk.theirs1 - chunk.theirs0 if theirs else chunk.ours1 - chunk.ours0
        hit = any(flaw.first < line + max(size, 1) and flaw.last >= line for flaw in flaws)
        if hit and chunk.kind != "same":
            touched.append(index)
        line += size
    return touched

"""The source of one cell: merged by its language or by lines, and written as its file writes it."""

import json
import re
from typing import NamedTuple

from git_anvcs.merge import checks, lines, markers
from git_anvcs.merge.code import checks as code_checks
from git_anvcs.merge.code import merger
from git_anvcs.merge.data.json_text import KEY, unquoted
from git_anvcs.merge.data.node import Node
from git_anvcs.merge.notebook import prose
from git_anvcs.merge.notebook.part import Layout
from git_anvcs.merge.notebook.read import Cell
from git_anvcs.merge.profile import profile
from git_anvcs.merge.prose.words import by_words
from git_anvcs.merge.result import Conflict, Merged, NotUnderstood, Options, Versions

# Lines that are the shell's or IPython's, not Python's; they merge as if they were comments.
MAGIC = re.compile(rb"(?m)^([ \t]*)(?=[%!?])")
MASK = b"#anvcs-magic:"
MASKED = re.compile(rb"(?m)^([ \t]*)" + re.escape(MASK))
# Cell magics whose cell still is Python.
PYTHON_CELLS = (b"%%time", b"%%timeit", b"%%capture", b"%%prun")


class Source(NamedTuple):
    """The merged text of a cell in three readings, and how it came about.

    rule: `cell-code`, `cell-lines`, `cell-layout`, `cell-containing`, `cell-words`; empty where one
    side changed it
    """

    marked: str
    ours: str
    theirs: str
    conflicts: tuple[Conflict, ...] = ()
    rule: str = ""


def merge(
    texts: tuple[str | None, str, str], options: Options, *, python: bool, prosaic: bool
) -> Source:
    """base (None: the cell is new), ours, theirs.

    python, prosaic: whether the cell is Python, or text for people
    """
    base, ours, theirs = texts
    if theirs in (base, ours):
        return Source(ours, ours, ours)
    if base == ours:
        return Source(theirs, theirs, theirs)
    ended = [text.endswith("\n") for text in (base or "", ours, theirs)]
    last = "\n" if (ended[2] if ended[0] == ended[1] else ended[1]) else ""
    versions = Versions(*(closed(text) for text in (base or "", ours, theirs)))
    shown = options._replace(style="diff3")  # the base of every conflict is needed below
    rule, merged = "cell-lines", lines.merge(versions, shown)
    if python:
        rule, merged = by_code(versions, shown, merged)
    if merged.conflicts:
        rule, merged = settled(rule, merged, options, python=python, prosaic=prosaic)
    sides = checks.sides(merged, options)
    marked, mine, yours = (opened(text, last) for text in (merged.text, sides[0], sides[-1]))
    return Source(marked, mine, yours, merged.conflicts, rule)


def settled(
    rule: str, merged: Merged, options: Options, *, python: bool, prosaic: bool
) -> tuple[str, Merged]:
    """The merge without conflicts that are of layout only, or of words apart from each other.

    merged: with diff3 markers; the result has the style of the options
    """
    parsed = markers.parse(merged.text, options.marker_size)
    texts = lines.Texts([], [], [])
    chunks = []
    for chunk in parsed.chunks:
        start = [len(side) for side in texts]
        parts = sides_of(parsed, chunk)
        taken, by = (
            decided(*parts, code=not prosaic, speculative=options.rules.speculative)
            if chunk.kind == "conflict"
            else (None, "")
        )
        for side, part in zip(texts, parts, strict=True):
            side.extend(part if taken is None else taken)
        rule = by or rule
        b, o, t = (len(side) for side in texts)
        kind = "same" if taken is not None else chunk.kind
        chunks.append(markers.Chunk(kind, start[0], b, start[1], o, start[2], t))
    text, placed = markers.render(texts, lines.shown(texts, chunks, options.style), options)
    made = Merged(text, tuple(lines.conflict(texts, place) for place in placed))
    if python and broken(parsed.versions(), made, options):
        return settled_not(rule, parsed, options)
    return rule, made


def settled_not(rule: str, parsed: markers.Parsed, options: Options) -> tuple[str, Merged]:
    texts = lines.Texts(*parsed.texts)
    shown = lines.shown(texts, parsed.chunks, options.style)
    text, placed = markers.render(texts, shown, options)
    return rule, Merged(text, tuple(lines.conflict(texts, place) for place in placed))


def sides_of(parsed: markers.Parsed, chunk: markers.Chunk) -> tuple[list[bytes], ...]:
    base, ours, theirs = parsed.texts
    return (
        base[chunk.base0 : chunk.base1],
        ours[chunk.ours0 : chunk.ours1],
        theirs[chunk.theirs0 : chunk.theirs1],
    )


def decided(
    base: list[bytes],
    ours: list[bytes],
    theirs: list[bytes],
    *,
    code: bool,
    speculative: bool,
) -> tuple[list[bytes] | None, str]:
    """What stands for a conflict and the name of the rule; None when a person must decide."""
    taken = prose.by_layout(base, ours, theirs, code=code)
    if taken is not None:
        return list(taken), "cell-layout"
    taken = prose.by_containing(base, ours, theirs, code=code)
    if taken is not None:
        return list(taken), "cell-containing"
    words = None if code else by_words(base, ours, theirs, sentences=not speculative)
    return (None, "") if words is None else (lines.split(words), "cell-words")


def broken(versions: Versions, merged: Merged, options: Options) -> bool:
    """Whether Python that was sound on both sides is not any more."""
    sources = [mask(version) for version in versions]
    texts = [mask(text) for text in checks.sides(merged, options)]
    if None in sources or None in texts:
        return False
    python = profile("python")
    known = Versions(*(one or b"" for one in sources))
    return any(code_checks.flaws(python, known, text or b"") for text in texts)


def undecided(base: str, ours: str, theirs: str, options: Options) -> Source:
    """A conflict over the whole source, also where one side has no cell."""
    versions = [closed(text) for text in (base, ours, theirs)]
    texts = [markers.lines_of(text) for text in versions]
    sizes = [size for one in texts for size in (0, len(one))]
    block = b"".join(markers.block(texts, markers.Chunk("conflict", *sizes), options))
    found = Conflict("edit/edit", "", 1, base, ours, theirs)
    return Source(opened(block, ""), ours, theirs, (found,))


def differs(one: str, two: str) -> bool:
    """Whether two sources differ by more than white space at the ends of lines and of the cell."""
    rows = ([line.rstrip() for line in text.rstrip().split("\n")] for text in (one, two))
    return next(rows) != next(rows)


def closed(text: str) -> bytes:
    """With a last newline, so that a cell that grows does not change the line above."""
    return (text if text.endswith("\n") or not text else text + "\n").encode(
        "utf-8", "surrogatepass"
    )


def opened(text: bytes, last: str) -> str:
    said = text.decode("utf-8", "surrogatepass")
    return said if last else said.removesuffix("\n")


def by_code(versions: Versions, options: Options, by_lines: Merged) -> tuple[str, Merged]:
    """The better of the line merge and the merge by Python's syntax, with the rule's name."""
    masked = [mask(version) for version in versions]
    if None in masked:
        return "cell-lines", by_lines
    python = profile("python")
    sources = Versions(*(one or b"" for one in masked))
    lines_masked = mask(by_lines.text) or b""
    try:
        if not by_lines.conflicts and not code_checks.flaws(python, sources, lines_masked):
            return "cell-lines", by_lines
        merged = merger.merge(python, sources, options)
        if not sound(sources, merged, options):
            return "cell-lines", by_lines
    except NotUnderstood:
        return "cell-lines", by_lines
    if len(merged.conflicts) > len(by_lines.conflicts) > 0:
        return "cell-lines", by_lines
    conflicts = tuple(map(unmasked, merged.conflicts))
    return "cell-code", merged._replace(text=unmask(merged.text), conflicts=conflicts)


def sound(versions: Versions, merged: Merged, options: Options) -> bool:
    """As the engine judges a file of Python."""
    python = profile("python")
    if not checks.well_marked(merged, versions, options):
        return False
    texts = checks.sides(merged, options)
    if any(code_checks.flaws(python, versions, text) for text in texts):
        return False
    counts = [code_checks.tokens(python, merger.bare(version)) for version in versions]
    kept = checks.union(code_checks.tokens(python, merger.bare(text)) for text in texts)
    if checks.lost(counts, kept):
        return False
    return bool(merged.conflicts) or not checks.revived(counts, kept)


def mask(text: bytes) -> bytes | None:
    """The text with IPython's lines as comments; None for a cell in another language."""
    if text.startswith(b"%%") and not text.startswith(PYTHON_CELLS):
        return None
    if MASK in text:
        return None
    return MAGIC.sub(rb"\1" + MASK, text)


def unmask(text: bytes) -> bytes:
    return MASKED.sub(rb"\1", text)


def unmasked(one: Conflict) -> Conflict:
    base, ours, theirs = (unmask(text.encode()).decode() for text in one[3:])
    return one._replace(base=base, ours=ours, theirs=theirs)


def written(text: str, cells: tuple[Cell, ...], layout: Layout, indent: str) -> bytes:
    """The text as the first of the cells writes its source; lines known to any keep their bytes.

    indent: of the line that the member begins on
    """
    for cell in cells:
        if cell.text == text and cell is cells[0]:
            return source_node(cell).text
    model = source_node(cells[0]).text
    if model.startswith(b'"'):
        return json.dumps(text, ensure_ascii=layout.ascii_only).encode("utf-8", "surrogatepass")
    known: dict[str, bytes] = {}
    for cell in reversed(cells):
        literals = [found[0] for found in KEY.finditer(source_node(cell).text)]
        known |= {unquoted(literal): literal for literal in literals}
    rows = [known.get(row) or literal(row, layout) for row in rows_of(text)]
    if not rows:
        return b"[]"
    lead, between, close = spacing(model, layout, indent)
    return b"[" + lead + between.join(rows) + close + b"]"


def literal(row: str, layout: Layout) -> bytes:
    return json.dumps(row, ensure_ascii=layout.ascii_only).encode("utf-8", "surrogatepass")


def rows_of(text: str) -> list[str]:
    parts = text.split("\n")
    last = parts.pop()
    return [part + "\n" for part in parts] + ([last] if last else [])


def spacing(model: bytes, layout: Layout, indent: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the first line of a list, between two, and behind the last."""
    found = list(KEY.finditer(model))
    if found:
        lead, close = model[1 : found[0].start()], model[found[-1].end() : -1]
        if len(found) > 1:
            return lead, model[found[0].end() : found[1].start()], close
        return lead, b"," + lead if b"\n" in lead else b", ", close
    if layout.unit is None:
        return b"", b", ", b""
    lead = f"\n{indent}{layout.unit}".encode()
    return lead, b"," + lead, f"\n{indent}".encode()


def source_node(cell: Cell) -> Node:
    found = cell.member(cell.source)
    if found is None:
        raise NotUnderstood("a cell without source")
    return found.value

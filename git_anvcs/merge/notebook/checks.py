"""Judges a merged notebook: does it parse, has every cell what it needs, is anything lost."""

from collections import Counter
from collections.abc import Iterator, Sequence
import json
import re

from git_anvcs.merge import embedded
from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.data.json_text import BOM
from git_anvcs.merge.data.node import Numbers
from git_anvcs.merge.notebook import conserve
from git_anvcs.merge.notebook.align import align
from git_anvcs.merge.notebook.cell import VOLATILE
from git_anvcs.merge.notebook.read import WITH_IDS, read
from git_anvcs.merge.result import NotUnderstood, Options, Versions

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
Json = dict[str, object]
LARGEST = 1_000_000  # no line of a source is a marker of this size


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """What the text has wrong that none of the versions has."""
    texts = [version for version in versions if version.strip()]
    try:
        before = [book for book in map(loaded, texts) if book is not None]
    except ValueError:
        return []
    if len(before) != len(texts):
        return []
    try:
        book = loaded(text)
    except json.JSONDecodeError as error:
        return [Flaw("syntax", "", error.lineno, error.lineno)]
    except ValueError as error:
        return [Flaw("duplicate", str(error))]
    if book is None:
        return [Flaw("syntax", "no notebook")]
    size = options.marker_size
    if embedded.has_markers(text, size) and not any(
        embedded.has_markers(version, size) for version in versions
    ):
        return [Flaw("markers", "cells")]
    known = set().union(*map(wrongs, before))
    found = sorted(wrongs(book) - known)
    if not found and stale(book, before):
        return [Flaw("stale", "outputs")]
    return [Flaw("cell", found[0])] if found else []


def loaded(text: bytes) -> Json | None:
    """The notebook; None for JSON that is none. Raises ValueError."""
    book = json.loads(text.removeprefix(BOM), object_pairs_hook=distinct)
    return book if isinstance(book, dict) and isinstance(book.get("nbformat"), int) else None


def distinct(pairs: list[tuple[str, object]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key twice")
    return made


def cells_of(book: Json) -> Iterator[Json]:
    sheets = book.get("worksheets", [book])
    for sheet in sheets if isinstance(sheets, list) else []:
        listed = sheet.get("cells", []) if isinstance(sheet, dict) else []
        yield from (cell for cell in listed if isinstance(cell, dict))


def source_of(cell: Json) -> str:
    said = cell.get("source", cell.get("input", ""))
    return "".join(map(str, said)) if isinstance(said, list) else str(said)


def wrongs(book: Json) -> set[str]:
    """What keeps a text from being a valid notebook, by name."""
    found = set()
    with_ids = (book["nbformat"], book.get("nbformat_minor", 0)) >= WITH_IDS
    seen: set[object] = set()
    for cell in cells_of(book):
        kind = cell.get("cell_type")
        needed = ["cell_type", "metadata"]
        if book["nbformat"] == 4:
            needed += ["source", *(["outputs", "execution_count"] if kind == "code" else [])]
            found |= {
                f"{name} in {kind}" for name in ("outputs",) if name in cell and kind != "code"
            }
        found |= {f"no {name}" for name in needed if name not in cell}
        if not isinstance(cell.get("metadata", {}), dict):
            found.add("metadata")
        own = cell.get("id")
        if with_ids and (not isinstance(own, str) or not ID.fullmatch(own)):
            found.add("no id")
        if own is not None and own in seen:
            found.add(f"id {own} twice")
        seen.add(own)
    return found


def stale(book: Json, before: list[Json]) -> bool:
    """Whether outputs stand under a source that no version has them under."""
    known = {run for one in before for cell in cells_of(one) for run in run_of(cell)}
    return any(run not in known for cell in cells_of(book) for run in run_of(cell))


def run_of(cell: Json) -> Iterator[tuple[str, str]]:
    if cell.get("outputs"):
        yield source_of(cell), json.dumps(cell["outputs"], sort_keys=True)


def tokens(text: bytes) -> Tokens:
    """The lines of all sources by type of cell; what the metadata say, besides what is volatile."""
    counts: Tokens = Counter()
    if not text.strip():
        return counts
    try:
        book = loaded(text)
    except ValueError as error:
        raise NotUnderstood(str(error)) from error
    if book is None:
        raise NotUnderstood("no notebook")
    counts.update(("source", *line) for line in lines_of(book))
    counts.update(("value", *leaf) for leaf in said_of(book))
    return counts


def conserved(versions: Versions, texts: Sequence[bytes]) -> bool:
    """Whether nothing is lost that one side added or kept, and nothing back that one removed.

    Counted in the whole file, and where that does not add up in each cell by itself: a side may
    take a line out of one cell that the other side writes into another.
    texts: the result, or its two readings
    """
    before = [loaded(version) or {} if version.strip() else {} for version in versions]
    after = [loaded(text) or {} for text in texts]
    return adds_up([before], after) or adds_up(by_cell(versions) or [before], after)


def adds_up(parts: Sequence[Sequence[Json]], after: Sequence[Json]) -> bool:
    """parts: base, ours and theirs as notebooks, or as notebooks of one cell each."""
    said, lines = ([[of(book) for book in part] for part in parts] for of in (said_of, lines_of))
    if not conserve.kept(said, [said_of(book) for book in after]):
        return False
    return conserve.conserved(lines, [lines_of(book) for book in after])


def by_cell(versions: Versions) -> list[list[Json]]:
    """Each cell of the three versions as three notebooks of at most that cell."""
    numbers: Numbers = {}
    base, ours, theirs = (
        read(text, numbers, LARGEST) if text.strip() else None for text in versions
    )
    if ours is None or theirs is None:
        return []
    trios = align(base, ours, theirs).cells
    return [
        [{"cells": [json.loads(one.node.text)] if one else []} for one in trio] for trio in trios
    ]


def lines_of(book: Json) -> list[conserve.Line]:
    """The source lines of all cells, with the type of their cell."""
    return [
        (str(cell.get("cell_type")), line.strip())
        for cell in cells_of(book)
        for line in source_of(cell).split("\n")
        if line.strip()
    ]


def said_of(book: Json) -> list[conserve.Line]:
    """What metadata and attachments of the cells say, besides what is volatile."""
    return [
        leaf
        for cell in cells_of(book)
        for name in ("metadata", "attachments")
        for leaf in leaves(cell.get(name, {}), name)
    ]


def leaves(value: object, name: str) -> Iterator[conserve.Line]:
    """Every scalar below a value, with its key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in VOLATILE and key != "anvcs":
                yield from leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    else:
        yield name, json.dumps(value)

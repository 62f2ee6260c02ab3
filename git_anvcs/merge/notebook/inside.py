"""The conflicts in the cells of a notebook: where they stand, and cells with other lines there."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from git_anvcs.merge import embedded, markers, places
from git_anvcs.merge.data import json_text
from git_anvcs.merge.data.node import Node
from git_anvcs.merge.markers import Parsed
from git_anvcs.merge.notebook.part import layout_of
from git_anvcs.merge.notebook.read import OPAQUE, Cell, cell, cells_of, language, whole_number
from git_anvcs.merge.notebook.reopen import flag_of, with_source
from git_anvcs.merge.notebook.source import mask
from git_anvcs.merge.result import NotUnderstood, Versions

EDITED = "edit/edit"  # a cell that both sides have; of others it is open whether they stay


class Inside(NamedTuple):
    """A conflict in the source of a cell.

    cell: its number, from 0; line: of the file, on which the conflict begins, from 1
    source: the lines of the cell; start, end: those of the conflict, from 0, half open
    here: what base, ours and theirs have there
    edited: both sides have the cell; format: of what is in it
    """

    cell: int
    line: int
    source: tuple[bytes, ...]
    start: int
    end: int
    here: Versions
    edited: bool
    format: str


class Found(NamedTuple):
    """All conflicts of a notebook; elsewhere: the lines of the file on which others begin."""

    inside: tuple[Inside, ...]
    elsewhere: tuple[int, ...]


def find(text: bytes, size: int) -> Found:
    """Raises NotUnderstood where it is no notebook, ValueError for damaged markers."""
    root = json_text.parse(text, {}, OPAQUE).root
    major = whole_number(root, "nbformat")
    starts = list(embedded.places(text, b"<" * size, embedded.opening(size)))
    cells = [cell(item, major) for item in cells_of(root, major).items]
    code = language(root, tuple(cells))
    inside: list[Inside] = []
    for number, one in enumerate(cells):
        source = _source(one)
        here = [at for at in starts if source.start <= at < source.end]
        if here:
            inside += _of_cell(number, one, [_line(text, at) for at in here], size, code)
            starts = [at for at in starts if at not in here]
    return Found(tuple(inside), tuple(_line(text, at) for at in starts))


def replaced(text: bytes, size: int, answers: Sequence[tuple[Inside, Sequence[bytes]]]) -> bytes:
    """The notebook with these lines in place of those conflicts of it.

    A cell in which no conflict is left loses the flag that says so. Raises as `find` does.
    """
    root = json_text.parse(text, {}, OPAQUE).root
    major, layout = whole_number(root, "nbformat"), layout_of(text, root)
    items = cells_of(root, major).items
    for number in sorted({one.cell for one, _ in answers}, reverse=True):
        here = sorted((row for row in answers if row[0].cell == number), key=lambda row: row[0])
        one = cell(items[number], major)
        source = list(here[0][0].source)
        for conflict, made in reversed(here):
            source[conflict.start : conflict.end] = made
        whole = b"".join(source)
        if not one.text.endswith("\n"):
            whole = whole.removesuffix(b"\n")
        still = markers.has_markers(whole, size)
        new = with_source(one, whole.decode("utf-8", "surrogatepass"), layout, flag=still)
        text = text[: one.node.start] + new + text[one.node.end :]
    return text


def _source(one: Cell) -> Node:
    item = one.member(one.source)
    if item is None:
        raise NotUnderstood("a cell without source")
    return item.value


def masked(rows: Sequence[bytes]) -> bytes | None:
    """Lines of a cell as Python, IPython's own as comments; None: another language."""
    return mask(b"".join(rows))


def _of_cell(
    number: int, one: Cell, lines_of_file: Sequence[int], size: int, code: str
) -> Iterator[Inside]:
    text = one.text.encode("utf-8", "surrogatepass")
    source = tuple(markers.lines_of(text))
    flag = flag_of(one)
    form = code if one.kind == "code" else one.kind
    sides = _sides(markers.parse(text, size))
    for line, (start, end), here in zip(lines_of_file, _spans(source, size), sides, strict=True):
        yield Inside(number, line, source, start, end, here, flag in ("", EDITED), form)


def _spans(source: Sequence[bytes], size: int) -> Iterator[tuple[int, int]]:
    """The lines of each conflict, its markers included."""
    at = 0
    for token in places.tokens(source, size):
        end = at + (len(token) if isinstance(token, tuple) else 1)
        if isinstance(token, tuple):
            yield at, end
        at = end


def _sides(parsed: Parsed) -> Iterator[Versions]:
    for chunk in parsed.chunks:
        if chunk.kind == "conflict":
            rows = zip(parsed.texts, chunk[1::2], chunk[2::2], strict=True)
            yield Versions(*(b"".join(text[a:b]) for text, a, b in rows))


def _line(text: bytes, at: int) -> int:
    return text.count(b"\n", 0, at) + 1

"""A file as text that a line diff of it can be read: for `diff.<driver>.textconv` (gitattributes).

Of notebooks the cells, with what they print; every other file as it is.
"""

from collections.abc import Iterator
import json

from git_anvcs.merge.notebook.read import Cell, read
from git_anvcs.merge.registry import format_of
from git_anvcs.merge.result import NotUnderstood

MARKER_SIZE = 7


def plain(path: str, text: bytes) -> bytes:
    """The text to compare by lines; `path` decides the format."""
    if format_of(path) != "notebook":
        return text
    try:
        cells = read(text, {}, MARKER_SIZE).cells
    except NotUnderstood:
        return text
    lines = [line for number, one in enumerate(cells) for line in written(number, one)]
    return "\n".join([*lines, ""]).encode("utf-8", "surrogateescape")


def written(number: int, cell: Cell) -> Iterator[str]:
    """A cell: its kind and place, its source, what it printed."""
    yield f"# cells[{number}] {cell.kind}"
    yield from cell.text.split("\n")
    outputs = cell.member("outputs")
    for output in json.loads(outputs.value.text) if outputs else ():
        yield from (f"#> {line}" for line in printed(output))
    yield ""


def printed(output: object) -> list[str]:
    """The text of an output, or what sort of output it is."""
    match output:
        case {"text": said} | {"data": {"text/plain": said}}:
            text = "".join(map(str, said)) if isinstance(said, list) else str(said)
            return text.rstrip("\n").split("\n")
        case {"ename": name, "evalue": value}:
            return [f"{name}: {value}"]
        case {"data": dict(data)}:
            return [f"({', '.join(map(str, data))})"]
    return ["(output)"]

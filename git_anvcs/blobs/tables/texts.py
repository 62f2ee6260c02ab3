"""Tables that are text: CSV and TSV with a first line of names (RFC 4180), and JSON lines."""

from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
import csv
from itertools import chain
import json
from pathlib import Path
import sys

from git_anvcs.blobs.tables.cells import text, value
from git_anvcs.blobs.tables.table import MOST_COLUMNS, NotATable, Row, Table

LONGEST_LINE = 16 << 20  # characters
SEPARATORS = ",;\t|"
MORE, FEWER = "rows with more cells than columns", "rows with fewer cells than columns"
NO_OBJECT = "lines that are no JSON object"
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def opened(
    file: Path, *, kind: str = "", most: int = sys.maxsize, as_text: Container[str] = ()
) -> Table:
    """A table of `file`, whose rows are read as they are asked for.

    kind: `csv` or `jsonl`, by default what the first sign says; most: characters that are read
    as_text: columns of a CSV file whose cells stay texts
    Raises NotATable, also while the rows are read.
    """
    with file.open("rb") as stream:
        first = stream.read(4)
    encoding = next((name for bom, name in BOMS if first.startswith(bom)), "utf-8")
    faults: Counter[str] = Counter()
    lines = _lines(file, encoding, most)
    if (kind or ("jsonl" if first[:1] == b"{" else "csv")) == "jsonl":
        return Table("jsonl", {}, _objects(lines, faults), "mixed", {}, faults)
    head = next(lines, "")
    separator = separator_of(head)
    kept: dict[str, str | int] = {"separator": "tab" if separator == "\t" else separator}
    if encoding != "utf-8":
        kept["encoding"] = encoding
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(chain([head], lines), delimiter=separator)
    with _told():
        names = _names(next(reader, []))
    rows = _cells(reader, {name: text if name in as_text else value for name in names}, faults)
    return Table("csv", dict.fromkeys(names, ""), rows, "text", kept, faults)


def separator_of(head: str) -> str:
    """The sign that stands most often in the first line; a comma where none does."""
    counts = [head.count(sign) for sign in SEPARATORS]
    return SEPARATORS[counts.index(max(counts))]


def _lines(file: Path, encoding: str, most: int) -> Iterator[str]:
    with file.open("r", encoding=encoding, errors="surrogateescape", newline="") as stream:
        read = 0
        while line := stream.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise NotATable("a line of it is longer than any table needs")
            yield line
            read += len(line)
            if read > most:
                return


def _cells(
    reader: Iterator[list[str]], columns: dict[str, Callable[[str], object]], faults: Counter[str]
) -> Iterator[Row]:
    names, readers, width = list(columns), list(columns.values()), len(columns)
    with _told():
        for row in reader:
            if not row:
                continue  # an empty line
            if len(row) != width:
                faults[MORE if len(row) > width else FEWER] += 1
            cells = (read(cell) for read, cell in zip(readers, row, strict=False))
            yield dict(zip(names, cells, strict=False))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        raise NotATable(f"it is no CSV file: {error}") from error


def _names(head: list[str]) -> list[str]:
    """A name for each column: one that is empty or taken gets its number."""
    if len(head) > MOST_COLUMNS:
        raise NotATable(f"it has more than {MOST_COLUMNS} columns")
    names: dict[str, None] = {}
    for number, name in enumerate(head, 1):
        unique = name if name and name not in names else f"{name or 'column'} ({number})"
        names[unique] = None
    return list(names)


def _objects(lines: Iterator[str], faults: Counter[str]) -> Iterator[Row]:
    for line in lines:
        if line.isspace():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield found
        else:
            faults[NO_OBJECT] += 1

"""A table that is read row by row, and the types its values have."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
import json
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError

Row = dict[str, object]

MOST_COLUMNS = 10_000

TYPES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    Decimal: "number",
    str: "text",
    date: "date",
    datetime: "datetime",
    time: "time",
    timedelta: "duration",
    bytes: "bytes",
    list: "list",
    dict: "object",
}


class NotATable(AnvcsError):
    """The file cannot be read as the table that its name says it is."""


class Table(NamedTuple):
    """declared: the columns that the file names itself, with their type where it says one
    rows: column to value, None or no key where there is none
    joins: the type of a column whose values are of several types (`text` where all are text)
    kept: what the file says of itself; faults: rows that are not whole, counted while reading
    """

    kind: str
    declared: dict[str, str]
    rows: Iterator[Row]
    joins: str
    kept: dict[str, str | int]
    faults: Counter[str]


def type_of(value: object) -> str:
    """`integer`, `text`, …; `other` where the value is of no type that tables have here."""
    return TYPES.get(type(value), "other")


def canonical(value: object) -> bytes:
    """The same bytes for equal values, whichever file they were read from: JSON, sorted, ASCII."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), default=_plain)
    return text.encode("ascii")


def canonical_row(row: Row) -> bytes:
    """A row without what is null: that a key is missing and that it is null are one."""
    return canonical({name: _plain(value) for name, value in row.items() if value is not None})


def moment(value: date) -> str:
    """A date, or a time in UTC where its zone is known, as ISO 8601 has them."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    return value.isoformat()


def _plain(value: object) -> object:
    match value:
        case float() if value.is_integer():
            return int(value)
        case Decimal():
            whole = value.is_finite() and value == value.to_integral_value()
            return int(value) if whole else float(value)
        case date():
            return moment(value)
        case None | bool() | int() | float() | str() | list() | dict() | tuple():
            return value
        case bytes():
            return value.hex()
    return str(value)

"""Data contracts: what a table must hold, and where it does not.

A contract is a JSON document, data-contract.schema.json beside this module; findings name columns
and rows, never values.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
import json
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.blobs.tables.seen import Seen
from git_anvcs.blobs.tables.table import Table, canonical, moment, type_of

FORMAT = "anvcs-data-contract/1"
# What a value of one type may also be called.
WIDER = {"integer": ("number",), "date": ("datetime",)}

Contract = Mapping[str, Any]
Test = Callable[[object], bool]


class Finding(NamedTuple):
    """A rule that a table breaks. rows: how many rows do; first: the number of the first, from 1;
    column: empty where the rule is about the whole table."""

    column: str
    rule: str
    message: str
    rows: int = 0
    first: int = 0


def schema() -> dict[str, object]:
    """The JSON Schema of contracts."""
    file = Path(__file__).with_name("data-contract.schema.json")
    found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return found


def texts(contract: Contract) -> frozenset[str]:
    """The columns whose cells in a CSV file are texts, also where they look like numbers."""
    columns = contract.get("columns", {})
    return frozenset(name for name, rules in columns.items() if "text" in _wanted(rules))


def broken(contract: Contract, table: Table) -> list[Finding]:
    """What `table` breaks; it is read to its end. Raises NotATable."""
    rules = {name: _Column(name, one) for name, one in contract.get("columns", {}).items()}
    together = [(names, Seen()) for names in contract.get("unique", [])]
    names: dict[str, None] = dict.fromkeys(table.declared)
    rows = 0
    for rows, row in enumerate(table.rows, 1):
        names |= dict.fromkeys(row)
        for name, column in rules.items():
            column.see(row.get(name), rows)
        for several, seen in together:
            seen.add(canonical([row.get(name) for name in several]), rows)
    return [
        *_of_table(contract, table, rows),
        *_missing(contract, names),
        *(one for name, column in rules.items() if name in names for one in column.findings(rows)),
        *_repeated(together),
    ]


def _of_table(contract: Contract, table: Table, rows: int) -> Iterator[Finding]:
    bounds = contract.get("rows", {})
    if rows < bounds.get("min", 0):
        yield Finding("", "rows", f"it has {_rows(rows)}, fewer than {bounds['min']}")
    if rows > bounds.get("max", rows):
        yield Finding("", "rows", f"it has {_rows(rows)}, more than {bounds['max']}")
    if not contract.get("uneven_rows", False):
        for fault, count in sorted(table.faults.items()):
            yield Finding("", "uneven_rows", f"{fault}: {count}", count)


def _missing(contract: Contract, names: Mapping[str, None]) -> Iterator[Finding]:
    wanted = contract.get("columns", {})
    for name, rules in wanted.items():
        if name not in names and rules.get("required", True):
            yield Finding(name, "required", "the column is not there")
    if not contract.get("other_columns", True):
        for name in names:
            if name not in wanted:
                yield Finding(name, "other_columns", "the contract does not name this column")


def _repeated(together: list[tuple[list[str], Seen]]) -> Iterator[Finding]:
    for names, seen in together:
        repeats = seen.repeats()
        if repeats.rows:
            message = f"what an earlier row has, again in {_rows(repeats.rows)}"
            yield Finding(", ".join(names), "unique", message, *repeats)


class _Column:
    """The rules of one column, and how many rows broke each."""

    def __init__(self, name: str, rules: Mapping[str, Any]) -> None:
        self._name = name
        self._nulls = 0
        self._null_rate = float(rules.get("null_rate", 1))
        self._first_null = 0
        self._tests = dict(_tests(rules))
        self._broken: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self._seen = Seen() if rules.get("unique") else None
        self._said = _said(rules)

    def see(self, value: object, row: int) -> None:
        if value is None:
            self._nulls += 1
            self._first_null = self._first_null or row
            return
        for rule, holds in self._tests.items():
            if not holds(value):
                self._broken[rule] += 1
                self._first.setdefault(rule, row)
        if self._seen:
            self._seen.add(canonical(value), row)

    def findings(self, rows: int) -> Iterator[Finding]:
        if rows and self._nulls / rows > self._null_rate:
            message = f"no value in {self._nulls} of {_rows(rows)}, more than {self._null_rate:g}"
            yield Finding(self._name, "null_rate", message, self._nulls, self._first_null)
        for rule, count in self._broken.items():
            message = f"{self._said[rule]} in {_rows(count)}"
            yield Finding(self._name, rule, message, count, self._first[rule])
        if self._seen:
            yield from _repeated([([self._name], self._seen)])


def _said(rules: Mapping[str, Any]) -> dict[str, str]:
    return {
        "type": f"no {' or '.join(_wanted(rules))}",
        "min": f"not {rules.get('min')} or more",
        "max": f"not {rules.get('max')} or less",
        "min_length": f"shorter than {rules.get('min_length')}",
        "max_length": f"longer than {rules.get('max_length')}",
        "values": "none of the allowed values",
    }


def _tests(rules: Mapping[str, Any]) -> Iterator[tuple[str, Test]]:
    wanted = frozenset(_wanted(rules))
    if wanted:
        yield "type", lambda value: bool(wanted.intersection(_types(value)))
    if "min" in rules:
        yield "min", lambda value: not _below(value, rules["min"])
    if "max" in rules:
        yield "max", lambda value: not _below(rules["max"], value)
    if "min_length" in rules:
        yield "min_length", lambda value: _length(value) >= rules["min_length"]
    if "max_length" in rules:
        yield "max_length", lambda value: _length(value) <= rules["max_length"]
    if "values" in rules:
        allowed = frozenset(map(canonical, rules["values"]))
        yield "values", lambda value: canonical(value) in allowed


def _wanted(rules: Mapping[str, Any]) -> list[str]:
    found = rules.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def _types(value: object) -> tuple[str, ...]:
    kind = type_of(value)
    return (kind, *WIDER.get(kind, ()))


def _below(one: object, other: object) -> bool:
    """Whether the first is less; what cannot be compared is: then a bound is broken, not passed."""
    match _comparable(one), _comparable(other):
        case (str() as first, str() as second):
            return first < second
        case (int() | float() | Decimal() as less, int() | float() | Decimal() as more):
            return not less >= more  # so that no number is within any bounds
    return True


def _comparable(value: object) -> object:
    return moment(value) if isinstance(value, date) else None if value is True else value


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | bytes | list | dict) else len(str(value))


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"

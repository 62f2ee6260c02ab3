"""The fingerprint of a data set: its schema, its counts, what each column holds.

The same rows give the same fingerprint in any order, and mostly in any format; texts of the data
are not in it. docs/formats/dataset-fingerprint.md has every field.
"""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
import json
from typing import Any

from git_anvcs.blobs.tables.columns import DISTINCT, Column, Columns
from git_anvcs.blobs.tables.table import Table, canonical_row

FORMAT = "anvcs-dataset-fingerprint/1"
MODULUS = 1 << 256

Document = dict[str, object]


def fingerprint(table: Table) -> Document:
    """The fingerprint of `table`, which is read to its end. Raises NotATable."""
    columns = Columns(table.joins)
    for name in table.declared:
        columns.column(name)
    digest = 0
    for row in table.rows:
        columns.add(row)
        digest += int.from_bytes(sha256(canonical_row(row)).digest(), "big")
    found = list(columns.by_name.values())
    if table.kind == "jsonl":  # where the order of columns is that of the rows
        found.sort(key=lambda column: column.name)
    document: Document = {
        "format": FORMAT,
        "kind": table.kind,
        "rows": columns.rows,
        "rows_digest": f"{digest % MODULUS:064x}",
        "columns": [_column(one, columns.rows, table.declared.get(one.name)) for one in found],
        "faults": dict(sorted(table.faults.items())),
    }
    return {**document, "fingerprint": f"sha256:{_identity(document)}"}


def facts(document: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """A fingerprint as lines for a person: a column's facts under its name."""
    found = {name: document[name] for name in ("kind", "rows", "rows_digest")}
    found |= document["faults"]
    for column in document["columns"]:
        for name, value in column.items():
            if name != "name":
                found[f"column {column['name']}: {name}"] = _said(name, value)
    return {**found, "fingerprint": document["fingerprint"]}


def _identity(document: Document) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode("ascii")).hexdigest()


def _column(column: Column, rows: int, stored: str | None) -> Document:
    found: Document = {"name": column.name, "type": column.type}
    if stored:
        found["stored"] = stored
    if len(column.types) > 1:
        found["types"] = dict(sorted(column.types.items()))
    found["nulls"] = rows - column.values
    found["distinct"] = None if column.distinct is None else len(column.distinct)
    if column.smallest is not None and column.largest is not None:
        found |= {"min": _number(column.smallest), "max": _number(column.largest)}
        found["mean"] = column.mean
    if column.not_finite:
        found["not_finite"] = column.not_finite
    if column.earliest:
        found |= {"earliest": column.earliest, "latest": column.latest}
    if column.shortest is not None:
        found |= {"shortest": column.shortest, "longest": column.longest}
    if column.types["boolean"]:
        found["true"] = column.true
    return found


def _number(value: int | float | Decimal) -> int | float:
    """As JSON has numbers: 2.0 and 2 are one."""
    if isinstance(value, int):
        return value
    return int(value) if value == int(value) else float(value)


def _said(name: str, value: object) -> str | int | float:
    if value is None:
        return f"more than {DISTINCT}" if name == "distinct" else "none"
    if isinstance(value, dict):
        return ", ".join(f"{kind} {count}" for kind, count in value.items())
    return value if isinstance(value, str | int | float) else str(value)

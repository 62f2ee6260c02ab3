"""Whether a record is well made: quickly by hand, fully by the JSON Schema that ships."""

from collections.abc import Mapping
from functools import cache
import json
from pathlib import Path
import re
from typing import Any, cast

from git_anvcs.provenance import shape
from git_anvcs.provenance.record import SCHEMA, Record
from git_anvcs.provenance.shape import Shape

_META_ID = re.compile(r"am_[0-9A-HJKMNP-TV-Z]{26}")
_CHANGE_ID = re.compile(r"I[0-9a-f]{40}")
# What the schema cannot say: whose record it is, and which tree its tests ran on.
_WANTED = (
    ("subject", "commit"),
    ("subject", "tree"),
    ("tests", "ran_on_tree"),
    ("tests_passed",),
)

_TIDY = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@cache
def schema() -> Mapping[str, Any]:
    """commit-meta.schema.json (draft 2020-12)."""
    path = Path(__file__).with_name("commit-meta.schema.json")
    return cast(Mapping[str, Any], json.loads(path.read_bytes()))


@cache
def _shape() -> Shape:
    return shape.of(schema(), _WANTED)


def wrong_at_a_glance(line: bytes, commit: str) -> bool:
    """False when the line is surely a well-made record of `commit`: ten microseconds.

    True is no verdict: `wrong` looks closer.
    """
    try:
        read = _shape().read(line.decode())
    except UnicodeDecodeError:
        return True
    if read is None:
        return True
    of, tree, tested, passed = read
    return of != f'"{commit}"' or (passed not in ("", "null") and tested != tree)


def wrong(record: Record, commit: str) -> list[str]:
    """What is wrong with a record stored for `commit`, the schema's word included."""
    found = quickly(record, commit)
    if found or not record.known:
        return found
    try:
        again = _TIDY.encode(record.value)
    except (ValueError, RecursionError):
        return against_schema(record)
    return [] if _shape().read(again) else against_schema(record)


def against_schema(record: Record) -> list[str]:
    """Everything the schema forbids, a sentence each. Records of newer versions are not judged."""
    if not record.known:
        return []
    from git_anvcs.store import schemas

    found = schemas.violations(record.value, schema())
    return [f"{'.'.join(map(str, v.path)) or 'record'}: {v.message[:200]}" for v in found]


def quickly(record: Record, commit: str) -> list[str]:
    """What is wrong at first sight with a record stored for `commit`: microseconds each."""
    found = []
    if record.commit != commit:
        found.append(f"it is of commit {record.commit[:12]}")
    if record.schema != SCHEMA:
        return found
    value = record.value
    missing = [key for key in schema()["required"] if key not in value]
    if missing:
        found.append(f"no {', '.join(missing)}")
    if not _META_ID.fullmatch(record.meta_id) or record.rev < 1:
        found.append("a malformed meta_id or rev")
    if not _CHANGE_ID.fullmatch(record.change_id):
        found.append("a malformed change_id")
    if not _OID.fullmatch(record.tree):
        found.append("a malformed subject")
    if value.get("tests_passed") is not None and not record.tests_hold:
        found.append("a test result of another tree")
    return found

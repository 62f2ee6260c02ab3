"""Values checked against JSON Schemas (draft 2020-12); the only module that imports jsonschema."""

from collections.abc import Mapping
from typing import NamedTuple


class Violation(NamedTuple):
    """One thing a schema forbids: the path of the value and a sentence."""

    path: tuple[str | int, ...]
    message: str


def violations(value: object, schema: Mapping[str, object]) -> list[Violation]:
    """Everything in `value` that `schema` forbids, in document order; empty when it conforms."""
    from jsonschema import Draft202012Validator

    found = Draft202012Validator(schema).iter_errors(value)
    ordered = sorted(found, key=lambda error: [str(step) for step in error.absolute_path])
    return [Violation(tuple(error.absolute_path), error.message) for error in ordered]

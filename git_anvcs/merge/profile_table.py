"""The TOML of a profile: tables that know what they are called, so that errors can say it."""

from collections.abc import Mapping
import tomllib
from typing import NamedTuple

from git_anvcs.merge.result import NotUnderstood


class BadProfile(NotUnderstood):
    """The profile itself is wrong; the message names the field."""


class Table(NamedTuple):
    """A TOML table and its dotted name, for messages."""

    where: str
    values: Mapping[str, object]

    def named(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise BadProfile(f"{self.named(key)} must be a string")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise BadProfile(f"{self.named(key)} must be true or false")
        return value

    def number(self, key: str, *, default: int) -> int:
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadProfile(f"{self.named(key)} must be a number")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadProfile(f"{self.named(key)} must be a list of strings")
        return tuple(value)

    def mapping(self, key: str) -> Mapping[str, str]:
        row = self.table(key)
        return {name: row.text(name) for name in row.values}

    def rows(self) -> list[tuple[str, tuple[str, ...]]]:
        """The lists of a table that holds nothing else."""
        return [(name, self.texts(name)) for name in self.values]

    def table(self, key: str) -> "Table":
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise BadProfile(f"{self.named(key)} must be a table")
        return Table(self.named(key), value)

    def tables(self, key: str) -> list[tuple[str, "Table"]]:
        row = self.table(key)
        return [(name, row.table(name)) for name in row.values]

    def reject_unknown(self, known: set[str]) -> None:
        for key in self.values:
            if key not in known:
                raise BadProfile(f"{self.named(key)} is not a field of a profile")


def toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"not TOML: {error}") from error


def over(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """The old table with what the new one says: tables are merged, anything else is replaced."""
    found = dict(old)
    for key, value in new.items():
        before = found.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        found[key] = over(before, value) if both else value  # type: ignore[arg-type]
    return found

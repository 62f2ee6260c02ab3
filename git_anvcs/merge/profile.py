"""What the code merger must know about a language, read from merge-drivers/profiles/<name>.toml."""

from collections.abc import Mapping
from functools import cache
import tomllib
from typing import NamedTuple

from git_anvcs.kernel.shipped import shipped
from git_anvcs.merge.result import NotUnderstood


class BadProfile(NotUnderstood):
    """The profile itself is wrong; the message names the field."""


class Definition(NamedTuple):
    label: str
    name: str


class Wrapper(NamedTuple):
    definition: str
    mark: str
    distinct: tuple[str, ...]


class Import(NamedTuple):
    names: str
    module: str = ""
    star: str = ""


class Constants(NamedTuple):
    statement: str = ""
    assignment: str = ""
    name: str = ""
    value: str = ""


class ListRule(NamedTuple):
    keys: Mapping[str, str]
    free: tuple[str, ...]
    free_in: tuple[str, ...]
    barriers: tuple[str, ...]
    late: tuple[str, ...]


class Profile(NamedTuple):
    """One language. The fields mirror the TOML file, which explains them."""

    name: str
    grammar: str
    extensions: tuple[str, ...]
    comment: bytes
    blocks: tuple[str, ...]
    clauses: tuple[str, ...]
    scopes: tuple[str, ...]
    definitions: Mapping[str, Definition]
    classes: tuple[str, ...]
    wrappers: Mapping[str, Wrapper]
    constants: Constants
    imports: Mapping[str, Import]
    lists: Mapping[str, ListRule]
    records: tuple[str, ...]
    same: Mapping[str, str]
    strings: tuple[str, ...]


@cache
def profile(name: str) -> Profile:
    """The shipped profile of a language; NotUnderstood when there is none."""
    try:
        text = shipped(f"merge-drivers/profiles/{name}.toml").read_text("utf-8")
    except FileNotFoundError as error:
        raise NotUnderstood(f"no profile for {name}") from error
    return read(text)


def read(text: str) -> Profile:
    """A profile from the text of its file. Raises BadProfile with one sentence."""
    try:
        top = Table("", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"not TOML: {error}") from error
    found = Profile(
        name=top.text("name"),
        grammar=top.text("grammar"),
        extensions=top.texts("extensions"),
        comment=top.text("comment").encode(),
        blocks=top.texts("blocks"),
        clauses=top.texts("clauses"),
        scopes=top.texts("scopes"),
        definitions={
            kind: Definition(row.text("label"), row.text("name"))
            for kind, row in top.tables("definitions")
        },
        classes=tuple(kind for kind, row in top.tables("definitions") if row.flag("holds_names")),
        wrappers={
            kind: Wrapper(row.text("definition"), row.text("mark"), row.texts("distinct"))
            for kind, row in top.tables("wrappers")
        },
        constants=constants(top.table("constants")),
        imports={
            kind: Import(row.text("names"), row.text("module", ""), row.text("star", ""))
            for kind, row in top.tables("imports")
        },
        lists={kind: list_rule(row) for kind, row in top.tables("lists")},
        records=top.table("records").texts("nodes"),
        same=top.table("records").mapping("same"),
        strings=top.table("strings").texts("nodes"),
    )
    top.reject_unknown({*Profile._fields} - {"classes", "same"})
    return found


def constants(row: "Table") -> Constants:
    return Constants(*(row.text(field, "") for field in Constants._fields))


def list_rule(row: "Table") -> ListRule:
    row.reject_unknown({*ListRule._fields})
    return ListRule(
        row.mapping("keys"),
        row.texts("free"),
        row.texts("free_in"),
        row.texts("barriers"),
        row.texts("late"),
    )


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

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise BadProfile(f"{self.named(key)} must be true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadProfile(f"{self.named(key)} must be a list of strings")
        return tuple(value)

    def mapping(self, key: str) -> Mapping[str, str]:
        row = self.table(key)
        return {name: row.text(name) for name in row.values}

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

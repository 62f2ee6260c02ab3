"""What the code merger must know about a language, read from merge-drivers/profiles/<name>.toml."""

from collections.abc import Mapping
from functools import cache
import re
from typing import NamedTuple

from git_anvcs.kernel.shipped import shipped
from git_anvcs.merge.profile_rows import (
    Call,
    Constant,
    Definition,
    Import,
    ListRule,
    Naming,
    Numbered,
    Parameter,
    Public,
    Region,
    Wrapper,
)
from git_anvcs.merge.profile_table import BadProfile, Table, over, toml
from git_anvcs.merge.result import NotUnderstood


class Profile(NamedTuple):
    """One language. The fields mirror the TOML file, which explains them.

    package: the path to what names the package; the files of one folder that say the same share
    their names; apart: a pattern for what makes a file one of several of which one is built, looked
    for in its path and its text; exports: the file that may hand out what its neighbours define
    """

    name: str
    grammar: str
    extensions: tuple[str, ...]
    comment: bytes
    braces: bool
    width: int
    blocks: tuple[str, ...]
    comma_blocks: tuple[str, ...]
    sections: tuple[str, ...]
    flat: tuple[str, ...]
    leading: tuple[str, ...]
    mark_sets: tuple[str, ...]
    distinct: tuple[str, ...]
    repeatable: tuple[str, ...]
    barriers: tuple[str, ...]
    clauses: tuple[str, ...]
    scopes: tuple[str, ...]
    package: str
    apart: str
    exports: str
    definitions: Mapping[str, Definition]
    name_spaces: Mapping[str, frozenset[str]]  # by kind; a kind without any is in all of them
    any_case: tuple[str, ...]
    together: tuple[frozenset[str], ...]
    patterns: tuple[str, ...]
    namings: Mapping[str, Naming]
    classes: tuple[str, ...]
    calls: Mapping[str, Call]
    wrappers: Mapping[str, Wrapper]
    constants: Mapping[str, Constant]
    imports: Mapping[str, Import]
    lists: Mapping[str, ListRule]
    records: tuple[str, ...]
    same: Mapping[str, str]
    strings: tuple[str, ...]
    regions: Mapping[str, Region]
    contexts: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    qualifiers: tuple[str, ...]
    whole: tuple[str, ...]
    numbers: Mapping[str, Numbered]
    enumerations: tuple[str, ...]
    octal: bool
    overloads_ordered: bool
    public: Public
    spaces: bool
    rough: bool
    untested: bool
    cascade: bool


@cache
def profile(name: str) -> Profile:
    """The shipped profile of a language; NotUnderstood when there is none."""
    return read(*(text_of(one) for one in (name, *parents(name))))


def text_of(name: str) -> str:
    try:
        return shipped(f"merge-drivers/profiles/{name}.toml").read_text("utf-8")
    except FileNotFoundError as error:
        raise NotUnderstood(f"no profile for {name}") from error


def parents(name: str) -> tuple[str, ...]:
    """The profile that a profile is `like`, and so on, the nearest first."""
    like = toml(text_of(name)).get("like")
    return (like, *parents(like)) if isinstance(like, str) else ()


def read(text: str, *like: str) -> Profile:
    """A profile from the text of its file. Raises BadProfile with one sentence.

    like: the profiles that it is like; what it does not say is as they say
    """
    values: dict[str, object] = {}
    for one in reversed((text, *like)):
        values = over(values, toml(one))
    return from_table(Table("", values))


def from_table(top: Table) -> Profile:
    found = Profile(
        name=top.text("name"),
        grammar=top.text("grammar"),
        extensions=top.texts("extensions"),
        comment=top.text("comment").encode(),
        braces=top.flag("braces"),
        width=top.number("width", default=79),
        **{field: top.texts(field) for field in LISTS},
        package=top.text("package", ""),
        apart=top.text("apart", ""),
        exports=top.text("exports", ""),
        definitions={kind: definition(row) for kind, row in top.tables("definitions")},
        name_spaces=by_kind(top.table("name_spaces")),
        together=tuple(frozenset(row) for _name, row in top.table("together").rows()),
        namings={kind: naming(row) for kind, row in top.tables("namings")},
        classes=tuple(kind for kind, row in top.tables("definitions") if row.flag("holds_names")),
        calls={
            kind: Call(row.text("callee"), row.text("title"), row.texts("names"))
            for kind, row in top.tables("calls")
        },
        wrappers={
            kind: Wrapper(row.text("definition"), row.text("mark", ""), row.texts("distinct"))
            for kind, row in top.tables("wrappers")
        },
        constants={kind: constant(row) for kind, row in top.tables("constants")},
        imports={
            kind: Import(*(row.text(field, "") for field in Import._fields))
            for kind, row in top.tables("imports")
        },
        lists={kind: list_rule(row) for kind, row in top.tables("lists")},
        records=top.table("records").texts("nodes"),
        same=top.table("records").mapping("same"),
        strings=top.table("strings").texts("nodes"),
        regions={
            kind: Region(*(row.text(field, "") for field in Region._fields))
            for kind, row in top.tables("regions")
        },
        parameters={
            kind: Parameter(row.texts("without"), row.texts("names"), row.text("label", ""))
            for kind, row in top.tables("parameters")
        },
        numbers={kind: numbered(row) for kind, row in top.tables("numbers")},
        octal=top.flag("octal"),
        overloads_ordered=top.flag("overloads_ordered"),
        public=public(top.table("public")),
        spaces=top.flag("spaces"),
        rough=top.flag("rough"),
        untested=top.flag("untested"),
        cascade=top.flag("cascade"),
    )
    top.reject_unknown({*Profile._fields, "like"} - {"classes", "same"})
    check_names(found)
    check_shapes(found)
    return found


def check_names(found: Profile) -> None:
    """Whether what is said about names is about kinds and labels that there are."""
    naming = {*found.definitions, *found.constants, *found.imports, *found.namings}
    labels = {one.label for one in found.definitions.values()}
    said = (
        ("name_spaces", found.name_spaces, naming, "names nothing"),
        ("any_case", found.any_case, naming, "names nothing"),
        ("together", frozenset[str]().union(*found.together), labels, "is no label"),
    )
    for field, words, known, why in said:
        for word in sorted(words):
            if word not in known:
                raise BadProfile(f"{field}: {word} {why}")


def check_shapes(found: Profile) -> None:
    """Whether names that go with a name are made of it."""
    for kind, rule in found.definitions.items():
        for pattern, shape in rule.also.items():
            check_pattern(f"definitions.{kind}.also", pattern)
            if not ("{name}" in shape or "{Name}" in shape):
                raise BadProfile(f"definitions.{kind}.also: {shape} must hold {{name}} or {{Name}}")
    for kind, call in found.namings.items():
        for word, shapes in call.takes.items():
            if any("{name}" not in shape for shape in shapes):
                field = f"namings.{kind}.takes.{word}"
                raise BadProfile(f"{field}: {' '.join(shapes)} must hold {{name}}")


def check_pattern(field: str, text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise BadProfile(f"{field}: {text}: {error}") from error


def by_kind(row: Table) -> dict[str, frozenset[str]]:
    """The name spaces of each kind, from the kinds of each name space."""
    found: dict[str, frozenset[str]] = {}
    for space, kinds in row.rows():
        for kind in kinds:
            found[kind] = found.get(kind, frozenset()) | {space}
    return found


LISTS = (
    "blocks", "comma_blocks", "sections", "flat", "leading", "mark_sets", "distinct",
    "any_case", "patterns", "repeatable", "barriers", "clauses", "scopes", "contexts",
    "qualifiers", "whole", "enumerations",
)  # fmt: skip


def public(row: Table) -> Public:
    row.reject_unknown({*Public._fields})
    name, head, member = (row.text(field, "") for field in Public._fields[:3])
    return Public(name, head, member, row.texts("through"))


def definition(row: Table) -> Definition:
    row.reject_unknown({*Definition._fields, "holds_names"})
    return Definition(
        row.text("label"),
        row.text("name"),
        row.text("owner", ""),
        row.text("parameters", ""),
        row.text("body", "body"),
        row.flag("once", default=True),
        row.flag("free", default=True),
        row.text("needs", ""),
        row.texts("ordered_by"),
        row.flag("scope_only"),
        row.text("until", ""),
        row.flag("own_kind"),
        row.texts("words"),
        row.texts("own"),
        row.mapping("also"),
        row.texts("holds"),
        row.text("value", ""),
        row.texts("calls"),
        row.text("once_with", ""),
    )


def numbered(row: Table) -> Numbered:
    row.reject_unknown({*Numbered._fields})
    return Numbered(
        row.text("kind"),
        row.text("name"),
        row.text("value", ""),
        row.text("arguments", ""),
        row.texts("words"),
        row.flag("counts"),
    )


def naming(row: Table) -> Naming:
    row.reject_unknown({*Naming._fields})
    callee, names = row.text("callee"), row.text("names")
    return Naming(callee, names, row.texts("first"), dict(row.table("takes").rows()))


def constant(row: Table) -> Constant:
    row.reject_unknown({*Constant._fields})
    return Constant(
        row.text("assignment"),
        row.text("name"),
        row.text("value"),
        row.flag("dotted"),
        row.texts("plain"),
        row.texts("calls"),
    )


def list_rule(row: Table) -> ListRule:
    row.reject_unknown({*ListRule._fields})
    return ListRule(
        row.mapping("keys"),
        row.texts("free"),
        row.texts("free_in"),
        row.texts("barriers"),
        row.texts("late"),
    )

"""What the code merger must know about a language, read from merge-drivers/profiles/<name>.toml."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from git_anvcs.kernel.shipped import shipped
from git_anvcs.merge.profile_table import Table, over, toml
from git_anvcs.merge.result import NotUnderstood


class Definition(NamedTuple):
    """What gives a node a name among its neighbours. Paths are as in merge/code/paths.py.

    name, owner, parameters, body: paths from the node; with `until`, a path too, the name is all
    that stands in front of what it leads to; an empty `body` is the node itself
    once: a body holds the name once; free: it may stand before or after its neighbours
    needs: a path that must be there, and ordered_by: words that must not stand in the body around
    it, for the place to be free
    """

    label: str
    name: str
    owner: str = ""
    parameters: str = ""
    body: str = "body"
    once: bool = True
    free: bool = True
    needs: str = ""
    ordered_by: tuple[str, ...] = ()
    scope_only: bool = False  # free only where the names of a scope stand
    until: str = ""
    own_kind: bool = False  # free only where all members of the body are of its kind
    words: tuple[str, ...] = ()  # words in front of the name that make it another one: `get`
    value: str = ""  # free only where nothing runs when the value at this path is made,
    calls: tuple[str, ...] = ()  # or only a call of one of these
    once_with: str = ""  # a path that must be there for the body to hold the name once


class Call(NamedTuple):
    """A call that stands for a definition: `it("works", …)` of a test."""

    callee: str
    title: str
    names: tuple[str, ...]


class Wrapper(NamedTuple):
    definition: str  # the field with the definition; empty: its only named child
    mark: str
    distinct: tuple[str, ...]


class Public(NamedTuple):
    """What others may use: patterns that begin the `name` of a definition, or stand in its `head`.

    member: the same for the head of what a class holds; through: labels that say nothing of it
    """

    name: str = ""
    head: str = ""
    member: str = ""
    through: tuple[str, ...] = ()


class Import(NamedTuple):
    """A statement that brings in names.

    names: the field with the names, or with `list` the kind of node that holds them in brackets
    binds: a pattern for the names it binds, where they are not in that field
    ordered_without: a kind of child without which it stands where it stands: `import "x"`
    """

    names: str = ""
    module: str = ""
    star: str = ""
    list: str = ""
    binds: str = ""
    ordered_without: str = ""


class Constant(NamedTuple):
    """A statement that gives a value a name; in a scope its place is free when the value is plain.

    plain: kinds of values that are plain whatever is in them, functions; calls: callees that are
    """

    assignment: str
    name: str
    value: str
    dotted: bool = False
    plain: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


class ListRule(NamedTuple):
    keys: Mapping[str, str]
    free: tuple[str, ...]
    free_in: tuple[str, ...]
    barriers: tuple[str, ...]
    late: tuple[str, ...]


class Region(NamedTuple):
    """Statements between two lines that are no brackets: `#ifdef X` … `#endif`.

    after: the path to the end of its first line; empty: its first word
    next: the path to the region that goes on where it ends, `#else`
    end: the path to what ends it; empty: its last word, if that has no name in the grammar
    """

    after: str = ""
    next: str = ""
    end: str = ""


class Numbered(NamedTuple):
    """A member of a list that may have a number of its own. Paths are as in merge/code/paths.py.

    kind: `enum` for a member of an enumeration, `constant` for one of a file or a class, `key` for
    one of a literal whose values may all be numbers
    arguments: numbers in brackets behind the name; words: of these one must stand in a constant
    counts: without a value it has the number behind that of the member in front
    """

    kind: str
    name: str
    value: str = ""
    arguments: str = ""
    words: tuple[str, ...] = ()
    counts: bool = False


class Parameter(NamedTuple):
    """What of a parameter is no part of its type.

    without: fields and kinds that say nothing of the type: its name, a default
    names: fields in which only the identifiers say nothing of it: `*name`
    label: the field of a name for callers; where it is there, the name behind it is none of theirs
    """

    without: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    label: str = ""


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
    return found


LISTS = (
    "blocks", "comma_blocks", "sections", "flat", "leading", "mark_sets", "distinct",
    "repeatable", "barriers", "clauses", "scopes", "contexts", "qualifiers", "whole",
    "enumerations",
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

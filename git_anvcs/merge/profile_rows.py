"""The rows of a profile: what it says of one kind of node."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NOTHING: Mapping[str, str] = MappingProxyType({})


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
    own: tuple[str, ...] = ()  # words in front of the name that put it among others: `static`
    also: Mapping[str, str] = NOTHING  # names that it takes too: see merge/code/claims.py
    holds: tuple[str, ...] = ()  # paths to definitions in it whose names stand beside its own
    value: str = ""  # free only where nothing runs when the value at this path is made,
    calls: tuple[str, ...] = ()  # or only a call of one of these
    once_with: str = ""  # a path that must be there for the body to hold the name once


class Call(NamedTuple):
    """A call that stands for a definition: `it("works", …)` of a test."""

    callee: str
    title: str
    names: tuple[str, ...]


class Naming(NamedTuple):
    """A call that defines names: those of its arguments, by the word that is called.

    first: the words of which only the first argument is a name
    """

    callee: str
    names: str
    first: tuple[str, ...]
    takes: Mapping[str, tuple[str, ...]]


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
    one of a literal whose values may all be numbers, `row` for one of a table; `label` for a case
    of a switch, which has no number but stands once, as a key does
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

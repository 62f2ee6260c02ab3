"""The names that a statement takes in its body, and which of them cannot stand side by side.

One name may stand for two things where these are in different name spaces, or of one sort and told
apart by their form: overloads, a getter and its setter. Anything else is one name for two things.
"""

from collections.abc import Iterable, Iterator
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.bindings import bound, importing
from git_anvcs.merge.code.identity import (
    Identity,
    Title,
    Within,
    conditions,
    definition,
    owned,
    titled,
    unwrapped,
)
from git_anvcs.merge.code.items import Item, members
from git_anvcs.merge.code.paths import COMMENTS, at, every
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.profile import Profile
from git_anvcs.merge.profile_rows import Naming

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Claim(NamedTuple):
    """A name that a statement takes.

    name: as it is compared, with its owner; spaces: where it is one, empty for everywhere
    sort: what has it, `def`; form: what makes it another one of its sort: `@x.setter`
    key: all of that, for reports and to count it
    parameters: of what may be overloaded; under: the conditions under which it is there at all
    once: another one of its sort and form is a second one; variable: not where it is given anew
    """

    name: str
    spaces: frozenset[str]
    sort: str
    key: str
    form: str = ""
    parameters: str = ""
    under: str = ""
    once: bool = True
    variable: bool = False

    @property
    def label(self) -> str:
        """`def f`, for people."""
        return self.key.removesuffix(self.form)


def collide(one: Claim, two: Claim, together: Iterable[frozenset[str]] = ()) -> bool:
    """Whether two statements of one body that claim this are one too many."""
    if one.name != two.name or one.under != two.under:
        return False
    if one.spaces and two.spaces and one.spaces.isdisjoint(two.spaces):
        return False
    if one.sort == two.sort:
        return one.once and two.once and one.form == two.form
    if any({one.sort, two.sort} <= group for group in together):
        return False
    overloads = one.parameters and two.parameters
    return not overloads or one.parameters == two.parameters


def claims_of(item: Item, within: Within) -> tuple[Claim, ...]:
    """What a statement that stands alone on its rows claims."""
    if len(item.nodes) != 1:
        return ()
    node, source = item.nodes[0], item.source
    groups = grouped(source.profile, node) if definition(source, node) is None else []
    inside = [one for group in groups for one in members(source.profile, group)]
    return tuple(
        claim
        for one in inside or [node]
        for claim in claims(source, one, definition(source, one), names=within.names)
    )


def grouped(profile: Profile, node: "Node") -> list["Node"]:
    """The bodies of a statement that may hold several definitions of its own: `var ( … )`."""
    wrapper = profile.wrappers.get(node.type)
    if wrapper is None or wrapper.definition:
        return []
    return [one for one in (node, *node.named_children) if one.type in profile.blocks]


def claims(
    source: Source, node: "Node", found: Identity | None, *, names: bool
) -> tuple[Claim, ...]:
    """The names that a statement takes.

    found: what it defines
    names: in a body that holds each name once; in others an assignment gives a variable a value
    """
    if importing(source, node):
        return tuple(brought(source, node)) if names else ()
    inner, marks = unwrapped(source, node)
    if inner.type in source.profile.definitions:
        title = titled(source, node, inner, marks) if found is not None and found.once else None
        return tuple(defined(source, node, title)) if title else ()
    if names and inner.type in source.profile.constants:
        return tuple(assigned(source, inner))
    rule = source.profile.namings.get(inner.type)
    return tuple(named_by(source, inner, rule)) if names and rule else ()


def defined(source: Source, node: "Node", title: Title) -> Iterator[Claim]:
    """What a definition is called, with the other names of its statement: `int a, b`."""
    rule, kind = title.rule, title.node.type
    spaces = source.profile.name_spaces.get(kind, frozenset())
    sort = f"{rule.label} {'/'.join(rule.words)}" if title.words else rule.label
    under = conditions(source, node) if source.profile.leading else ""
    own = "".join(f"{word} " for word in title.own)

    def claim(name: str, parameters: str) -> Claim:
        key = f"{rule.label} {name}{title.form}"
        plain = own + name.replace("`", "")
        return Claim(plain, spaces, sort, key, title.form, parameters, under)

    first, *others = every(title.node, rule.name)
    if first.type in source.profile.patterns:
        others = [first, *others]
    else:
        yield claim(title.name, title.parameters)
    for name in (name for other in others for name in words_of(source, other)):
        if name not in source.profile.repeatable:
            yield claim(name, title.parameters)
    yield from held(source, title)
    if rule.also and not owned(source, title.node, rule):
        head = source.text[title.node.start_byte : first.end_byte].decode("utf-8", "replace")
        shapes = (shape for pattern, shape in rule.also.items() if re.search(pattern, head))
        yield from (also(claim(title.name, ""), shape) for shape in shapes)


def held(source: Source, title: Title) -> Iterator[Claim]:
    """What definitions in it are called where that stands beside its own name."""
    for path in title.rule.holds:
        for part in every(title.node, path):
            yield from claims(source, part, definition(source, part), names=False)


def also(claim: Claim, shape: str) -> Claim:
    """Another name that goes with a definition: `get{Name}()`."""
    name, bracket, rest = shape.partition("(")
    filled = name.replace("{name}", claim.name).replace(
        "{Name}", claim.name[:1].upper() + claim.name[1:]
    )
    key, parameters = f"{claim.key} as {filled}", bracket + rest
    return Claim(filled, frozenset(), claim.sort, key, parameters=parameters, once=False)


def assigned(source: Source, node: "Node") -> Iterator[Claim]:
    """The names that a statement gives values to where they are names of a scope."""
    rule = source.profile.constants[node.type]
    spaces = source.profile.name_spaces.get(node.type, frozenset())
    word = re.compile(r"[\w.$#]+" if rule.dotted else r"[\w$]+")
    for part in node.named_children:
        field = part.child_by_field_name(rule.name) if part.type == rule.assignment else None
        for name in words_of(source, field) if field is not None else ():
            if word.fullmatch(name) and name not in source.profile.repeatable:
                yield Claim(name, spaces, "=", f"= {name}", variable=True)


def named_by(source: Source, node: "Node", rule: Naming) -> Iterator[Claim]:
    """The names that a call defines: `attr_reader :a`."""
    callee, names = at(node, rule.callee), at(node, rule.names)
    if callee is None or names is None:
        return
    word = source.of(callee).decode("utf-8", "replace")
    spaces = source.profile.name_spaces.get(node.type, frozenset())
    shapes = rule.takes.get(word, ())
    said = names.named_children
    for one in said[:1] if word in rule.first else said:
        name = source.of(one).decode("utf-8", "replace").strip(":'\"")
        if re.fullmatch(r"\w+[?!]?", name):
            for shape in shapes:
                filled = shape.replace("{name}", name)
                yield Claim(filled, spaces, "call", f"{word} {filled}", once=False)


def brought(source: Source, node: "Node") -> Iterator[Claim]:
    """The names that an import brings in, where the profile says among which."""
    spaces = source.profile.name_spaces.get(node.type, frozenset())
    folded = node.type in source.profile.any_case
    for name, _origin in bound(source, node) if spaces else ():
        if re.fullmatch(r"[\w$]+", name):
            known = name.lower() if folded else name
            yield Claim(known, spaces, "import", f"import {name}", once=False)


def words_of(source: Source, node: "Node") -> Iterator[str]:
    """The name at a node, or those in it where it is a pattern of several."""
    if node.type not in source.profile.patterns:
        yield source.of(node).decode("utf-8", "replace")
        return
    for place, child in enumerate(node.children):
        said = child.is_named and child.type not in COMMENTS
        if said and node.field_name_for_child(place) not in ("key", "right"):
            yield from words_of(source, child)

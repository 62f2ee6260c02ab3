"""What an item is called, and whether its place among its neighbours matters."""

from collections import Counter
from fnmatch import fnmatchcase
from functools import lru_cache
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.bindings import importing, listed, module_of, names_in
from git_anvcs.merge.code.items import OPENING, Item, opened, scoped
from git_anvcs.merge.code.paths import COMMENTS, at
from git_anvcs.merge.code.signature import signature
from git_anvcs.merge.code.source import Source, beside_error, tokens
from git_anvcs.merge.profile_rows import Call, Constant, Definition

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Identity(NamedTuple):
    """key: equal for the same thing in two versions, empty when it has no name
    once: a body holds this key once; two of them are a duplicate
    free: it may stand before or after its neighbours, nothing else changes
    label: how reports name it, `def f`
    placed: its order says something: two of them at two places are two, also when they are alike
    """

    key: str
    once: bool = False
    free: bool = False
    label: str = ""
    placed: bool = False


class Within(NamedTuple):
    """Where an item stands.

    scope: in a body whose names are those of a scope (a module)
    fixed: among others of which one pins all to their places (`...rest`)
    parted: among others of which one says what holds below it
    names: in a body that holds each name once (a module, a class)
    """

    scope: bool = False
    fixed: bool = False
    parted: bool = False
    names: bool = False


ORDERED = Identity("")


def identity(item: Item, within: Within) -> Identity:
    """What a statement is called in its body."""
    if not item.nodes:
        return Identity("", free=True)
    if len(item.nodes) > 1:
        return ORDERED
    node, source = item.nodes[0], item.source
    found = named(source, node, within.scope)
    placed = found.placed or (within.parted and found.once)
    return found._replace(free=found.free and not within.fixed, placed=placed)


def named(source: Source, node: "Node", scope: bool) -> Identity:
    if importing(source, node):
        return imported(source, node)
    if node.type in source.profile.regions:
        label = headline(source, node)
        return Identity(label, label=label)
    found = definition(source, node)
    if found:
        return found
    inner, _marks = unwrapped(source, node)
    rule = source.profile.constants.get(inner.type)
    return constant(source, inner, rule, scope) if rule else ORDERED


def headline(source: Source, node: "Node") -> str:
    """The first line of a region: `#ifdef X`."""
    end = opened(source.profile, node).end_byte
    return " ".join(source.text[node.start_byte : end].decode("utf-8", "replace").split())


def imported(source: Source, node: "Node") -> Identity:
    rule = source.profile.imports[node.type]
    if source.profile.braces:
        return bracketed(source, node)
    name = module_of(source, node)
    names = names_in(source, node)
    if not name or (name in source.split and len(names) == 1):
        name += "".join(f" {one}" for one in sorted(names))
    star = bool(rule.star) and any(child.type == rule.star for child in node.named_children)
    return Identity(f"{node.type} {name}{' *' if star else ''}", free=not star)


def bracketed(source: Source, node: "Node") -> Identity:
    """An import whose names stand in brackets is what is around them; any other is its text."""
    rule = source.profile.imports[node.type]
    names = listed(source, node)
    text = source.of(node)
    if names is not None:
        first, last = names.start_byte - node.start_byte, names.end_byte - node.start_byte
        text = text[:first] + b"{}" + text[last:]
    children = (child.type for child in node.named_children)
    free = not rule.ordered_without or rule.ordered_without in children
    return Identity(" ".join(text.decode("utf-8", "replace").split()), free=free)


def unwrapped(source: Source, node: "Node") -> tuple["Node", list["Node"]]:
    """A definition and its decorators."""
    wrapper = source.profile.wrappers.get(node.type)
    if wrapper is None:
        return node, []
    if wrapper.definition:
        inner = at(node, wrapper.definition)
    else:
        children = [child for child in node.named_children if child.type not in COMMENTS]
        group = any(child.type in OPENING for child in node.children)
        inner = children[-1] if len(children) == 1 and not group else None
    if inner is None:
        return node, []
    return inner, [child for child in node.children if child.type == wrapper.mark]


class Title(NamedTuple):
    """The name of a definition and what tells it from others of that name.

    name: as it is compared; form: the marks, words, and parameters that make it another one
    words: those in front of the name among them, of which `own` put it among others of that name
    parameters: those alone
    """

    node: "Node"
    rule: Definition
    name: str
    label: str
    form: str
    words: tuple[str, ...]
    own: tuple[str, ...]
    parameters: str


def definition(source: Source, node: "Node") -> Identity | None:
    if source.root.has_error and beside_error(node):
        return None
    inner, marks = unwrapped(source, node)
    rule = source.profile.definitions.get(inner.type)
    if rule is None:
        call = source.profile.calls.get(inner.type)
        return declared(source, inner, call) if call else None
    if not rule.name:
        return Identity("", free=rule.free and loose(source, node, inner, rule))
    title = titled(source, node, inner, marks)
    if title is None:
        return None
    free = rule.free and loose(source, node, inner, rule)
    once = (
        rule.once
        and not repeatable(source, title)
        and not (rule.scope_only and local(source, node))
        and (not rule.once_with or at(inner, rule.once_with) is not None)
    )
    key = f"{rule.label} {title.name}{title.form}"
    return Identity(key, once, free, title.label, placed=not free)


def titled(source: Source, node: "Node", inner: "Node", marks: list["Node"]) -> Title | None:
    rule = source.profile.definitions[inner.type]
    field = at(inner, rule.name)
    if field is None:
        return None
    shown = owned(source, inner, rule) + called(source, inner, field, rule)
    name = shown.lower() if inner.type in source.profile.any_case else shown
    words = tuple(one.type for one in inner.children if one.type in rule.words)
    apart = own_words(source.text[inner.start_byte : field.start_byte], rule)
    form = "".join([variants(source, node, inner, marks), *(f" {one}" for one in (*apart, *words))])
    parameters = signature(source, inner, rule.parameters) if rule.parameters else ""
    label = f"{rule.label} {shown}"
    return Title(inner, rule, name, label, form + parameters, words, apart, parameters)


def own_words(head: bytes, rule: Definition) -> tuple[str, ...]:
    """The words in front of a name that put it among others: `static`."""
    found = words_in(head) if rule.own else frozenset()
    return tuple(word for word in rule.own if word.encode() in found)


def repeatable(source: Source, title: Title) -> bool:
    return title.name.rpartition(".")[2] in source.profile.repeatable


def called(source: Source, node: "Node", field: "Node", rule: Definition) -> str:
    """The name of a definition, all of it where it is made of several words."""
    until = at(node, rule.until) if rule.until else None
    text = source.of(field) if until is None else source.text[node.start_byte : until.start_byte]
    return " ".join(text.decode("utf-8", "replace").split())


def declared(source: Source, node: "Node", call: Call) -> Identity | None:
    """A call that stands for a definition: the test that it declares."""
    callee, title = at(node, call.callee), at(node, call.title)
    if callee is None or title is None:
        return None
    name = source.of(callee).decode("utf-8", "replace")
    if name.partition(".")[0] not in call.names or title.type not in source.profile.strings:
        return None
    label = f"{name} {source.of(title).decode('utf-8', 'replace')}"
    return Identity(label, free=True, label=label)


def owned(source: Source, node: "Node", rule: Definition) -> str:
    """The type that a method or implementation belongs to, with what joins it to the name."""
    owner = at(node, rule.owner) if rule.owner else None
    if owner is None:
        return ""
    return " ".join(source.of(owner).decode("utf-8", "replace").split()) + "."


def runs(value: bytes, calls: tuple[str, ...]) -> bool:
    """Whether something runs when a value is made, other than one of these calls."""
    callee, bracket, rest = value.partition(b"(")
    return bool(bracket) and (
        callee.strip().decode("utf-8", "replace") not in calls or b"(" in rest
    )


def local(source: Source, node: "Node") -> bool:
    """Whether a definition is a statement of a function: there its place is where it begins."""
    body = body_around(source, node)
    if body is None or body.parent is None or scoped(source.profile, body):
        return False
    return not {body.type, body.parent.type} & source.profile.wrappers.keys()


def body_around(source: Source, node: "Node") -> "Node | None":
    body = node.parent
    while body is not None and body.type in source.profile.flat:
        body = body.parent
    return body


def loose(source: Source, node: "Node", inner: "Node", rule: Definition) -> bool:
    """Whether nothing around a definition, and nothing that it lacks, pins it to its place."""
    if rule.needs and at(inner, rule.needs) is None:
        return False
    body = body_around(source, node)
    if rule.own_kind and body is not None and other_kinds(body, node):
        return False
    if rule.scope_only and (body is None or not scoped(source.profile, body)):
        return False
    value = at(inner, rule.value) if rule.value else None
    if value is not None and runs(source.of(value), rule.calls):
        return False
    if not rule.ordered_by or body is None:
        return True
    outer = body.parent
    if outer is None or outer.type in {*source.profile.scopes, *source.profile.blocks}:
        outer = body
    before, text = outer.prev_sibling, source.of(outer)
    while before is not None and before.type in source.profile.leading:
        text += b" " + source.of(before)
        before = before.prev_sibling
    found = words_in(text)
    return not any(word.encode() in found for word in rule.ordered_by)


# The members of a body ask all for the words of one text.
@lru_cache(maxsize=16)
def words_in(text: bytes) -> frozenset[bytes]:
    return frozenset(re.findall(rb"\w+", text))


def other_kinds(body: "Node", node: "Node") -> bool:
    return any(one.type not in (node.type, *COMMENTS) for one in body.named_children)


def variants(source: Source, node: "Node", inner: "Node", marks: list["Node"]) -> str:
    """What tells definitions of one name apart: `@overload` and its parameters, `@x.setter`."""
    if source.profile.leading:
        return conditions(source, node)
    patterns = source.profile.wrappers[node.type].distinct if marks else ()
    found = ""
    for mark in marks:
        text = source.of(mark).decode("utf-8", "replace").lstrip("@ ")
        if any(fnmatchcase(text, pattern) for pattern in patterns):
            found += f" @{text}"
    if found and not found.endswith(("setter", "getter", "deleter")):
        parameters = inner.child_by_field_name("parameters")
        if parameters:
            found += b" ".join(tokens(source, parameters)).decode("utf-8", "replace")
    return found


def conditions(source: Source, node: "Node") -> str:
    """The marks in front of a definition that make it another one of its name: `#[cfg(unix)]`."""
    found = ""
    mark = node.prev_sibling
    while mark is not None and mark.type in source.profile.leading:
        text = source.of(mark).decode("utf-8", "replace").strip("#[]@ ")
        if any(fnmatchcase(text, pattern) for pattern in source.profile.distinct):
            found = f" #{text}{found}"
        mark = mark.prev_sibling
    return found


def constant(source: Source, node: "Node", rule: Constant, scope: bool) -> Identity:
    """`NAME = value`: a key everywhere; free beside others in a module when the value is plain."""
    parts = [child for child in node.named_children if child.type not in COMMENTS]
    inner = parts[0] if parts else None
    if inner is None:
        return ORDERED
    if inner.type != rule.assignment or len(parts) > 1:
        return Identity("docstring") if inner.type in source.profile.strings else ORDERED
    left, right = inner.child_by_field_name(rule.name), inner.child_by_field_name(rule.value)
    if left is None:
        return ORDERED
    name = source.of(left).decode("utf-8", "replace")
    single = re.fullmatch(r"[\w.$#]+" if rule.dotted else r"\w+", name) is not None
    plain = scope and right is not None and single
    free = plain and right is not None and harmless(source, right, rule)
    return Identity(f"= {name}", once=plain, free=free, label=name if plain else "")


def harmless(source: Source, value: "Node", rule: Constant) -> bool:
    """Whether nothing runs when the value is made, but what the profile calls plain."""
    if value.type in rule.plain or b"(" not in source.of(value):
        return True
    callee = value.child_by_field_name("function") if rule.calls else None
    return callee is not None and source.of(callee).decode("utf-8", "replace") in rule.calls


def similarity(one: bytes, two: bytes) -> float:
    """How much of their words two texts share, 0 to 1."""
    left, right = Counter(WORDS.findall(one)), Counter(WORDS.findall(two))
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


WORDS = re.compile(rb"\w+|[^\w\s]")

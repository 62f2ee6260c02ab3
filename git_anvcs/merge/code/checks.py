"""Judges a merged source text: does it parse, and is anything defined twice that was not before."""

from collections import Counter
from collections.abc import Iterator
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.code.identity import definition, unwrapped
from git_anvcs.merge.code.source import Source, read
from git_anvcs.merge.parse import parser
from git_anvcs.merge.profile import Profile
from git_anvcs.merge.result import NotUnderstood, Versions

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Named(NamedTuple):
    """A definition: where it stands, `class A > def f`, and its rows."""

    key: str
    first: int
    last: int


def flaws(profile: Profile, versions: Versions, text: bytes) -> list[Flaw]:
    """What `text` has wrong that none of the versions has."""
    try:
        merged = read(profile, text)
    except NotUnderstood:
        return syntax(profile, versions, text)
    return duplicates(profile, versions, merged)


def syntax(profile: Profile, versions: Versions, text: bytes) -> list[Flaw]:
    """The first syntax error; none where a version does not parse either."""
    roots = [parser(profile.grammar).parse(version).root_node for version in versions]
    if any(root.has_error for root in roots):
        return []
    node = parser(profile.grammar).parse(text).root_node
    while True:
        wrong = next((child for child in node.children if child.has_error), None)
        if wrong is None or wrong.is_error or wrong.is_missing:
            break
        node = wrong
    row = (wrong or node).start_point.row + 1
    return [Flaw("syntax", "", row, (wrong or node).end_point.row + 1)]


def duplicates(profile: Profile, versions: Versions, merged: Source) -> list[Flaw]:
    """Definitions that one body of the result holds more often than any version."""
    found = list(definitions(merged, merged.root, ""))
    counts = Counter(one.key for one in found)
    twice = {key for key, count in counts.items() if count > 1}
    if not twice:
        return []
    known: Counter[str] = Counter()
    for version in versions:
        source = read(profile, version)
        known |= Counter(one.key for one in definitions(source, source.root, ""))
    wrong = {key for key in twice if counts[key] > max(known[key], 1)}
    return [Flaw("duplicate", one.key, one.first, one.last) for one in found if one.key in wrong]


def definitions(source: Source, node: "Node", where: str) -> Iterator[Named]:
    """The definitions of a body and of the classes in it, not what is inside functions."""
    for child in node.children:
        found = definition(source, child)
        if found is None:
            continue
        key = f"{where} > {found.key}" if where else found.key
        yield Named(key, child.start_point.row + 1, child.end_point.row + 1)
        inner, _marks = unwrapped(source, child)
        body = inner.child_by_field_name("body")
        if body is not None and inner.type in source.profile.classes:
            yield from definitions(source, body, key)


WORD = re.compile(r"\w+|[^\w\s,()\[\]{}'\"#\\]+")


def tokens(text: bytes) -> Tokens:
    """Words and operators; brackets, commas and quotes come and go with the layout."""
    return Counter(WORD.findall(text.decode("utf-8", "replace")))

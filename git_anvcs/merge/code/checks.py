"""Judges a merged source text: does it parse, and is anything defined twice that was not before."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.checks import Flaw, Tokens, lost, revived, union
from git_anvcs.merge.code import numbered
from git_anvcs.merge.code.bindings import bindings, bound_often, importing, imports_under, uses
from git_anvcs.merge.code.claims import Claim, claims, collide, grouped
from git_anvcs.merge.code.identity import Identity, definition, headline, titled, unwrapped
from git_anvcs.merge.code.items import members
from git_anvcs.merge.code.paths import at
from git_anvcs.merge.code.source import Source, errors, read
from git_anvcs.merge.parse import parser
from git_anvcs.merge.profile import Profile
from git_anvcs.merge.result import NotUnderstood, Versions

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


class Standing(NamedTuple):
    """A statement, the keys and the names of what it stands in, and what it defines."""

    node: "Node"
    where: str
    path: str
    found: Identity | None


class Claimed(NamedTuple):
    """A name that is taken, with the names of what it is in; for what, `class A > def f`; rows."""

    key: str
    claim: Claim
    first: int
    last: int


def flaws(profile: Profile, versions: Versions, text: bytes) -> list[Flaw]:
    """What `text` has wrong that none of the versions has."""
    try:
        merged = read(profile, text, rough=True)
        if merged.root.has_error and not known(all_of(profile, versions), merged):
            return syntax(profile, versions, text)
    except NotUnderstood:
        return syntax(profile, versions, text)
    return [
        *duplicates(profile, versions, merged),
        *imported(profile, versions, merged),
        *numbered.flaws(profile, versions, merged),
    ]


def known(sources: Sequence[Source], result: Source) -> bool:
    """Whether what the grammar does not understand of a result stands so in one of the versions."""
    often = errors(result)
    found = [errors(source) for source in sources] if often else []
    return all(count <= max(one[what] for one in found) for what, count in often.items())


def all_of(profile: Profile, versions: Versions) -> list[Source]:
    return [read(profile, version, rough=True) for version in versions]


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
    """Names that one body of the result holds more often, or for more, than any version."""
    found = list(claimed(merged))
    counts, pairs = Counter(one.key for one in found if one.claim.once), colliding(profile, found)
    twice = {key for key, count in counts.items() if count > 1}
    if not (twice or pairs):
        return []
    before: list[Counter[str]] = []
    known: set[tuple[str, str]] = set()
    for source in all_of(profile, versions):
        there = list(claimed(source))
        before.append(Counter(one.key for one in there))
        known |= colliding(profile, there)
    variables = {one.key for one in found if one.claim.variable and before[0][one.key]}
    wrong = {
        key
        for key in twice - variables
        if counts[key] > max(1, *(version[key] for version in before))
    }
    wrong.update(*(pair for pair in pairs - known))
    return [Flaw("duplicate", one.key, one.first, one.last) for one in found if one.key in wrong]


def colliding(profile: Profile, found: Sequence[Claimed]) -> set[tuple[str, str]]:
    """The keys of which one name is taken by both, for different things."""
    places: dict[str, dict[str, Claimed]] = {}
    for one in found:
        places.setdefault(one.claim.name, {}).setdefault(one.key, one)
    return {
        (min(one.key, two.key), max(one.key, two.key))
        for rivals in places.values()
        for one, two in combinations(rivals.values(), 2)
        if collide(one.claim, two.claim, profile.together)
    }


def claimed(source: Source) -> Iterator[Claimed]:
    """What the statements of the file and of its classes take for names."""
    for one in statements(source, source.root, "", ""):
        first, last = one.node.start_point.row + 1, one.node.end_point.row + 1
        for claim in claims(source, one.node, one.found, names=True):
            key = f"{one.where} > {claim.key}" if one.where else claim.key
            yield Claimed(key, claim._replace(name=f"{one.path}.{claim.name}"), first, last)


def statements(source: Source, node: "Node", where: str, path: str) -> Iterator[Standing]:
    """The statements of a body and of the classes in it, not what is inside functions."""
    for child in members(source.profile, node):
        if child.type in source.profile.regions:
            yield from in_regions(source, child, where, path)
            continue
        found = definition(source, child)
        yield Standing(child, where, path, found)
        inner, marks = unwrapped(source, child)
        for group in grouped(source.profile, child) if found is None else ():
            yield from statements(source, group, where, path)
        body = body_of(source, inner)
        if found is None or not found.key or body is None:
            continue
        if inner.type in source.profile.classes:
            key = f"{where} > {found.key}" if where else found.key
            inside = f"{path}.{held_by(source, child, inner, marks)}"
            yield from statements(source, body, key, inside)


def held_by(source: Source, node: "Node", inner: "Node", marks: list["Node"]) -> str:
    """The name of what holds names, with its name spaces: a class and an object of one name."""
    title = titled(source, node, inner, marks)
    spaces = source.profile.name_spaces.get(inner.type, ())
    return f"{title.name if title else ''}{' '.join(['', *sorted(spaces)])}"


def in_regions(source: Source, node: "Node | None", where: str, path: str) -> Iterator[Standing]:
    """The statements of a region and of those that go on where it ends, each under its words."""
    while node is not None:
        label = headline(source, node)
        own = definition(source, node)
        if own is not None and own.once:
            yield Standing(node, where, path, own)
        where = f"{where} > {label}" if where else label
        path = f"{path} {label}"
        yield from statements(source, node, where, path)
        rule = source.profile.regions[node.type]
        node = at(node, rule.next) if rule.next else None


def body_of(source: Source, node: "Node") -> "Node | None":
    """Where the names stand that a definition holds."""
    rule = source.profile.definitions.get(node.type)
    found = (at(node, rule.body) if rule.body else node) if rule else None
    kinds = {*source.profile.blocks, *source.profile.comma_blocks}
    if found is None or found.type in kinds:
        return found
    return next((child for child in found.children if child.type in kinds), None)


def imported(profile: Profile, versions: Versions, merged: Source) -> list[Flaw]:
    """Names imported from two places, and names that nobody imports any more but one side uses."""
    sources = all_of(profile, versions)
    before = [bindings(source) for source in sources]
    now = bindings(merged)
    twice = [
        name
        for name, origins in now.items()
        if len(origins) > max([1, *(len(one.get(name, ())) for one in before)])
    ]
    flaws = [Flaw("duplicate", f"import {name}") for name in twice]
    return flaws + [Flaw("unbound", f"import {name}") for name in unbound(sources, merged)]


def unbound(sources: list[Source], merged: Source) -> set[str]:
    """Names whose import one side removed while the other side's code uses them."""
    base, ours, theirs = (bindings(source) for source in sources)
    now = bindings(merged)
    found = set()
    for without, source, other in ((ours, sources[1], theirs), (theirs, sources[2], ours)):
        for name in base.keys() - without.keys():
            if name in other and name not in now and not uses(source, name) and uses(merged, name):
                found.add(name)
    return found


WORD = re.compile(rb"\w+")


def tokens(profile: Profile, text: bytes) -> Tokens:
    """The definitions; what is inside them and the imports, `conserved` has counted."""
    source = read(profile, text, rough=True)
    return Counter(
        f"{one.where} > {one.found.key}"
        for one in statements(source, source.root, "", "")
        if one.found is not None and one.found.key and (one.found.once or one.found.free)
    )


def conserved(sources: list[Source], texts: list[Source]) -> bool:
    """Whether words and operators are there as often as the changes of both sides explain.

    Counted over the file, and if that does not add up (both sides made one change, one of them
    the opposite elsewhere), over each statement of the module alone.
    """
    often = [bound_often(source) for source in sources]
    for text in texts:
        for pair, times in bound_often(text).items():
            if times > max(1, *(known[pair] for known in often)):
                return False
    if lost([names(source) for source in sources], union(names(text) for text in texts)):
        return False
    return any(
        adds_up([counts(source) for source in sources], [counts(text) for text in texts])
        for counts in (words, words_by_statement)
    )


def names(source: Source) -> Tokens:
    return Counter(bindings(source).keys())


def adds_up(versions: list[Tokens], texts: list[Tokens]) -> bool:
    kept = union(texts)
    return not lost(versions, kept) and (len(texts) > 1 or not revived(versions, kept))


def words(source: Source) -> Tokens:
    """The words of a module outside its imports, which are counted as names."""
    return Counter(WORD.findall(outside(source, 0, len(source.text))))


def outside(source: Source, start: int, end: int) -> bytes:
    """The code from `start` to `end` without the imports of the module in it."""
    cuts = [start]
    for node in top_imports(source):
        if start <= node.start_byte and node.end_byte <= end:
            cuts += [node.start_byte, node.end_byte]
    cuts.append(end)
    return b"\n".join(source.text[a:b] for a, b in zip(cuts[::2], cuts[1::2], strict=True))


def top_imports(source: Source) -> Iterator["Node"]:
    """The imports at the top of a file, also those in groups."""
    for node in source.root.children:
        if importing(source, node):
            yield node
        elif source.profile.braces and node.type in source.profile.imports:
            yield from imports_under(source, node)


def words_by_statement(source: Source) -> Tokens:
    """The same with the definition that each word stands in."""
    found: Tokens = Counter()
    at = 0
    for node in source.root.children:
        found.update(("", word) for word in WORD.findall(source.text, at, node.start_byte))
        at = node.end_byte
        if importing(source, node):
            continue
        name = definition(source, node)
        key = name.key if name else ""
        code = outside(source, node.start_byte, node.end_byte)
        found.update((key, word) for word in WORD.findall(code))
    found.update(("", word) for word in WORD.findall(source.text, at))
    return found

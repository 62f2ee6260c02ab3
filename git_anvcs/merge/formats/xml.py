"""Merge XML by element: children by their identity, attributes by name, every other byte as it is.

Nothing is expanded and nothing fetched: entities, document types, CDATA and processing instructions
are text. Where the order of elements says something (SVG, XSLT), what both sides put at one place
is a conflict; so are elements that nothing names.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file
from git_anvcs.merge.entries.entry import Entry, walk
from git_anvcs.merge.prose import policy
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions
from git_anvcs.merge.xml import attributes, identity
from git_anvcs.merge.xml.identity import anonymous
from git_anvcs.merge.xml.text import parse

IN_ORDER = (".svg", ".xsl", ".xslt", ".xaml", ".axaml", ".fxml", ".storyboard", ".xib")
OF_ONE = re.compile(rb"\s(?:ref|Update)\s*=")
LAYOUTS = re.compile(r"(?:^|/)layout[^/]*/[^/]*$")  # of Android


def exclusive(ours: Sequence[Entry], theirs: Sequence[Entry]) -> bool:
    """Elements that nothing names, or whose order counts."""
    return any(
        one.key[0] == "child" or identity.IN_ORDER in one.key[3:] for one in (*ours, *theirs)
    )


def always(_ours: Sequence[Entry], _theirs: Sequence[Entry]) -> bool:
    """Where the order says something."""
    return True


def prepare(roots: file.Roots) -> file.Roots:
    """Every version, with what stands twice in some as anonymous, and so what both added."""
    twice = set().union(*map(identity.repeated, roots))
    base, ours, theirs = (anonymous(root, twice) for root in roots)
    return base, *identity.told_apart(base, ours, theirs)


def kin(old: Entry, new: Entry) -> bool:
    """Whether an anonymous element is an edit of another."""
    return old.key[0] == "child" and old.key[:3] == new.key[:3] and policy.kin(old, new)


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version is not well-formed, or has no elements on lines."""
    return file.merge(syntax_of(options.path), versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    """A text that is not well-formed, or an element twice that stood once in every version."""
    try:
        before = [file.parsed(SYNTAX, version) for version in versions if version.strip()]
    except NotUnderstood:
        return []
    try:
        made = file.parsed(SYNTAX, text)
    except file.Broken as problem:
        return [Flaw("syntax", str(problem), problem.line, problem.line)]
    twice = set().union(*map(identity.repeated, before))
    found = anonymous(made, twice)
    had: Counter[Hashable] = Counter()
    for version in before:
        had |= file.keys_of(anonymous(version, twice))
    now = file.keys_of(found)
    double = [
        Flaw("duplicate", placed.entry.name, placed.first, placed.last)
        for placed in walk(found)
        if now[placed.path, placed.entry.key] > max(1, had[placed.path, placed.entry.key])
        and all(key[0] != "child" for key in (*placed.path, placed.entry.key))
    ]
    return double or excluding([anonymous(one, twice) for one in before], found)


def excluding(before: Sequence[Entry], made: Entry) -> list[Flaw]:
    """Elements with attributes that exclude each other and that no version has together."""
    found = []
    for placed in walk(made):
        if not OF_ONE.search(placed.entry.head):
            continue
        there = attributes.names(placed.entry.head)
        if attributes.clash(there, ()):
            rows = [
                attributes.names(one.entry.head)
                for version in before
                for one in walk(version)
                if (one.path, one.entry.key) == (placed.path, placed.entry.key)
            ]
            if attributes.clash(there, rows):
                found.append(Flaw("one-of", placed.entry.name, placed.first, placed.last))
    return found


def tokens(text: bytes) -> Tokens:
    """Every element, every word of it and of a comment; not where, for the element around it may
    have another name now."""
    return anywhere(file.tokens(SYNTAX, text))


def differing(texts: Sequence[bytes]) -> list[Tokens]:
    """The same of several texts, without the elements that all of them have."""
    return [anywhere(counts) for counts in file.differing(SYNTAX, texts)]


def anywhere(placed: Tokens) -> Tokens:
    """Tokens without their place."""
    counts: Tokens = Counter()
    for token, number in placed.items():
        counts[token[1:] if isinstance(token, tuple) and token[0] != "note" else token] += number
    return counts


def syntax_of(path: str) -> file.Syntax:
    ordered = path.lower().endswith(IN_ORDER) or LAYOUTS.search(path)
    return ORDERED if ordered else SYNTAX


def empty_or(text: bytes) -> Entry:
    """A version of the file; none at all is an element without anything in it."""
    return parse(text) if text.strip() else Entry(("file",), "", b"", b"", section=True)


SYNTAX = file.Syntax(
    empty_or,
    attributes.leaf,
    kin=kin,
    exclusive=exclusive,
    prepare=prepare,
    frame=attributes.leaf,
    union=identity.collects,
)
ORDERED = SYNTAX._replace(exclusive=always)

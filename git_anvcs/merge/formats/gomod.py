"""Merge `go.mod`: requirements by module, the larger version as Go's own selection takes it.

Of two requirements of one module Go builds with the larger one (minimal version selection, Go
modules reference), so taking it when both sides raised it changes nothing that either asked for.
"""

from collections.abc import Hashable
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file, reading
from git_anvcs.merge.entries.entry import Entry, walk
from git_anvcs.merge.entries.semver import larger
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions

VERBS = {b"require": 2, b"exclude": 2, b"replace": 0, b"retract": 0, b"tool": 1, b"ignore": 1,
         b"godebug": 1, b"module": 1, b"go": 1, b"toolchain": 1}  # fmt: skip
ONCE = (b"module", b"go", b"toolchain")


def parse(text: bytes) -> Entry:
    """The file as a section, a block in brackets as a section in it. Raises Broken."""
    body: list[Entry] = []
    inner: list[Entry] = []
    opened: Entry | None = None
    pending = b""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        head, note = reading.noted(line, b"//")
        words = head.split()
        if not words:
            pending += line
        elif opened and words == [b")"]:
            body.append(closed(opened, inner, pending + line, body))
            opened, inner, pending = None, [], b""
        elif not opened and len(words) == 2 and words[1] == b"(" and words[0] in VERBS:
            opened, pending = Entry((words[0],), "", pending, head, note, section=True), b""
        else:
            verb = opened.key[0] if opened else words.pop(0)
            entry = leaf_of(verb if isinstance(verb, bytes) else b"", words, number)
            (inner if opened else body).append(entry._replace(lead=pending, head=head, note=note))
            pending = b""
    if opened:
        raise file.Broken("a block without end", text.count(b"\n"))
    return reading.root(body, pending)


def leaf_of(verb: bytes, words: list[bytes], number: int) -> Entry:
    """An entry with its identity: of a requirement the module, of a replacement its left side."""
    if verb not in VERBS or not words or b"(" in words or len(words) < VERBS[verb]:
        raise file.Broken("not a line of go.mod", number)
    identity: tuple[bytes, ...] = tuple(words)
    if verb == b"require":
        identity = (words[0],)
    elif verb == b"replace" and b"=>" in words:
        identity = tuple(words[: words.index(b"=>")])
    elif verb == b"godebug":
        identity = (words[0].partition(b"=")[0],)
    elif verb in ONCE:
        identity = ()
    name = b" ".join((verb, *identity)).decode("utf-8", "replace")
    return Entry((verb.decode("utf-8", "replace"), *identity), name, b"", b"")


def closed(opened: Entry, inner: list[Entry], tail: bytes, before: list[Entry]) -> Entry:
    """A block: requirements that are all indirect are one, the others another."""
    verb = opened.key[0].decode() if isinstance(opened.key[0], bytes) else ""
    indirect = bool(inner) and all(b"indirect" in one.note for one in inner)
    key: tuple[Hashable, ...] = (f"{verb} block", indirect if verb == "require" else False)
    same = sum(one.key[:2] == key for one in before)
    return opened._replace(key=(*key, same), body=tuple(inner), tail=tail)


def leaf(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """The larger version where both sides raised it."""
    if ours.key[0] not in ("require", "go", "toolchain"):
        return None
    old, mine, yours = (version_of(one) if one else b"" for one in (base, ours, theirs))
    taken = larger(old, mine, yours)
    if taken is None:
        return None
    return Made(ours.head if taken == mine else theirs.head, "larger-requirement", mine, yours)


def version_of(entry: Entry) -> bytes:
    word = entry.head.split()[-1]
    return word.removeprefix(b"go") if entry.key == ("toolchain",) else word


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version has lines that go.mod has not."""
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    """Broken syntax, or a module required twice, also in two blocks."""
    found = file.flaws(SYNTAX, versions, text)
    if found:
        return found
    try:
        known = set().union(*(twice(version).keys() for version in versions))
    except NotUnderstood:
        return []
    return [flaw for key, flaw in twice(text).items() if key not in known]


def twice(text: bytes) -> dict[Hashable, Flaw]:
    """What stands twice in the file, by its identity."""
    seen: set[Hashable] = set()
    found: dict[Hashable, Flaw] = {}
    for _path, entry, first, last in walk(file.parsed(SYNTAX, text)):
        if not entry.section and entry.key in seen:
            found[entry.key] = Flaw("duplicate", entry.name, first, last)
        seen.add(entry.key)
    return found


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


SYNTAX = file.Syntax(
    parse,
    leaf,
    layout_counts=False,
    independent=True,
    repeats=("require block", "exclude block", "replace block"),
    word=re.compile(rb"\S+"),
)

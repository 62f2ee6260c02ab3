"""Merge `.gitattributes` and `CODEOWNERS`: of several matching lines the last one counts.

So the order says something. Lines that both sides add at one place stay both where no path can
match both of their patterns; else the place is a conflict (gitattributes(5); GitHub, "CODEOWNERS
syntax").
"""

from collections.abc import Hashable, Sequence
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file, reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.result import Merged, Options, Versions

WORD = re.compile(rb"\"(?:[^\"\\]|\\.)*\"|(?:\\.|\S)+")
NAME = re.compile(rb"[-!]?([^\s=]+)(=.*)?")
END = re.compile(rb"\*(\.[\w.-]+)")
PLACE = re.compile(rb"/?([\w.@+-]+(?:/[\w.@+-]+)*/?)")


def parse(text: bytes) -> Entry:
    """The file as a section, a line an entry. Raises Broken."""
    body: list[Entry] = []
    pending = b""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        head, note = reading.noted(line, b"#")
        words = WORD.findall(head)
        if not words:
            pending += line
            continue
        if words[0].startswith((b"<<<<<<<", b">>>>>>>")):
            raise file.Broken("not a pattern", number)
        name = words[0].decode("utf-8", "replace")
        body.append(Entry(("pattern", words[0]), name, pending, head, note))
        pending = b""
    return reading.root(body, pending)


def leaf(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """Attributes or owners of one pattern: each by itself, those of both sides; None where both
    changed one attribute."""
    if base is None:
        return None
    before, mine, yours = ([*WORD.findall(one.head)[1:]] for one in (base, ours, theirs))
    if any(len({name_of(word) for word in row}) < len(row) for row in (before, mine, yours)):
        return None
    told = [{name_of(word): word for word in row} for row in (before, mine, yours)]
    made = []
    for name in dict.fromkeys([*told[1], *told[2]]):
        was, one, two = (row.get(name) for row in told)
        if one != two and was not in (one, two):
            return None
        taken = two if one == was else one
        made += [taken] if taken else []
    head = WORD.match(ours.head)
    if head is None or not made:
        return None
    gap = ours.head[head.end() :]
    space = gap[: len(gap) - len(gap.lstrip())] or b" "
    return Made(head[0] + space + b" ".join(made), "words-of-both")


def name_of(word: bytes) -> bytes:
    """What an attribute is called: `text` of `-text` and `text=auto`; an owner by itself."""
    found = NAME.fullmatch(word)
    return found[1] if found and b"@" not in word else word


def exclusive(ours: Sequence[Entry], theirs: Sequence[Entry]) -> bool:
    """Whether some path may match a line of both sides."""
    return any(not apart(one.key[1], two.key[1]) for one in ours for two in theirs)


def apart(one: Hashable, two: Hashable) -> bool:
    """Whether no path matches both patterns; only where that is plain to see."""
    if not (isinstance(one, bytes) and isinstance(two, bytes)):
        return False
    ends = [END.fullmatch(pattern) for pattern in (one, two)]
    if ends[0] and ends[1]:
        return not (ends[0][1].endswith(ends[1][1]) or ends[1][1].endswith(ends[0][1]))
    places = [PLACE.fullmatch(pattern) for pattern in (one, two)]
    if not (places[0] and places[1]):
        return False
    if not all(b"/" in pattern.strip(b"/") or pattern[:1] == b"/" for pattern in (one, two)):
        return False  # a lone name matches in every folder
    paths = [place[1].rstrip(b"/") + b"/" for place in places if place]
    return not (paths[0].startswith(paths[1]) or paths[1].startswith(paths[0]))


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version cannot be read."""
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    """A pattern that stands twice now: which line counts, nobody has decided."""
    return file.flaws(SYNTAX, versions, text)


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


def no_order(_key: Hashable) -> str:
    """These lines are never sorted."""
    return ""


SYNTAX = file.Syntax(
    parse, leaf, sort=no_order, layout_counts=False, exclusive=exclusive, word=re.compile(rb"\S+")
)

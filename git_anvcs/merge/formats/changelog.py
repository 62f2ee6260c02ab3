"""Merge changelogs: what both sides add under one heading is all there, ours first.

Headings are versions. Where they stand in descending order, new ones go where their number says.
What one side adds to what is unreleased stays unreleased, also where the other made a release of
it. Lines are never made one because they are equal.
"""

from collections.abc import Hashable, Sequence
from itertools import pairwise
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file
from git_anvcs.merge.entries.entry import Entry, walk
from git_anvcs.merge.prose import headings, numbers, policy
from git_anvcs.merge.result import Merged, Options, Resolution, Versions

NUMBER = re.compile(
    rb"(?<![\w.])v?(\d+(?:\.\d+)+)(?:[-._]?(a|alpha|b|beta|c|rc|pre|preview|dev)[-._]?(\d*))?(?![\w])",
    re.IGNORECASE,
)
UNRELEASED = re.compile(
    rb"[^\w\n]*(?:unreleased|next(?: release| version)?|upcoming|future|dev(?:elopment)?|head|main"
    rb"|master|trunk)[^\w\n]*",
    re.IGNORECASE,
)
LINE = re.compile(rb"^(?:#+[ \t]*)?%s$" % UNRELEASED.pattern, re.IGNORECASE | re.MULTILINE)
Version = tuple[tuple[int, ...], bool, bytes, int]
Path = tuple[tuple[Hashable, ...], ...]
Keys = tuple[list[Hashable], list[Hashable], list[Hashable]]


def version(key: Hashable) -> Version | None:
    """What the heading of a release is ordered by; None for any other entry."""
    if not isinstance(key, tuple) or key[0] != "heading":
        return None
    if UNRELEASED.fullmatch(key[1]):
        return (1 << 62,), True, b"", 0
    found = NUMBER.search(key[1])
    if not found:
        return None
    numbers = [int(part) for part in found[1].split(b".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    before = (found[2] or b"").lower()
    return tuple(numbers), not before, before[:1], int(found[3] or 0)


def order(keys: Keys) -> list[Hashable] | None:
    """All releases, descending, where all versions have them so; None where that is not known,
    or where something else was added by both."""
    base, ours, theirs = keys
    new = [key for key in (*ours, *theirs) if key not in base]
    if not new or not all(map(version, new)) or not all(map(descending, keys)):
        return None
    there = [*ours, *(key for key in theirs if key not in ours)]
    releases = sorted(filter(version, there), key=rank, reverse=True)
    if not descending(releases):
        return None
    others = [[key for key in row if not version(key)] for row in keys]
    if not others[1] == others[2] == others[0] or not leading(keys):
        return None
    return [*others[0], *releases]


def rank(key: Hashable) -> Version:
    return version(key) or ((), False, b"", 0)


def descending(row: Sequence[Hashable]) -> bool:
    found = [one for one in map(version, row) if one]
    return all(one > two for one, two in pairwise(found))


def leading(keys: Keys) -> bool:
    """Whether all that is no release stands above the releases."""
    return all(
        not (version(one) and not version(two)) for row in keys for one, two in pairwise(row)
    )


def exclusive(ours: Sequence[Entry], theirs: Sequence[Entry]) -> bool:
    """Different sorts of blocks, and releases whose order nobody knows."""
    sort = policy.one_sort([*ours, *theirs])
    if sort == "heading":
        return any(version(one.key) for one in ours) and any(version(one.key) for one in theirs)
    if sort is None and ours[0].key[0] == theirs[0].key[0] == "paragraph":
        return False  # each begins anew, so one may follow the other
    return sort not in ("item", "paragraph", "link", "row")


def prepare(roots: file.Roots) -> file.Roots:
    """Where one side made a release of what the other added to, this side has it empty again."""
    base, ours, theirs = roots
    return base, reopened(base, ours, theirs), reopened(base, theirs, ours)


def reopened(base: Entry, side: Entry, other: Entry) -> Entry:
    """The side with the heading of what is unreleased, where it renamed it and the other did not
    leave it alone."""
    old, new = ({one.key: one for one in root.body if one.section} for root in (base, other))
    has = {one.key for one in side.body}
    body: list[Entry] = []
    for one in side.body:
        if one.section and one.key in old and one.key in new:
            body.append(reopened(old[one.key], one, new[one.key]))
            continue
        if version(one.key) and one.key not in old:
            body += [
                was._replace(body=(), tail=b"")
                for key, was in old.items()
                if key not in has and key in new and new[key].text != was.text
                if is_unreleased(key) and not is_unreleased(one.key)
            ]
            has |= {was.key for was in body}
        body.append(one)
    return side._replace(body=tuple(body))


def is_unreleased(key: Hashable) -> bool:
    found = version(key)
    return bool(found and found[0] == (1 << 62,))


def kin(old: Entry, new: Entry) -> bool:
    """As in all texts; a release is known by its heading alone."""
    return old.key[0] != "heading" and policy.kin(old, new)


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood for mixed line ends."""
    made = file.merge(syntax_of(options.path), versions, options)
    had, has = (set(LINE.findall(text)) for text in (versions.ours, made.text))
    if had == has or made.conflicts:
        return made
    names = [b" ".join(line.split()).decode("utf-8", "replace") for line in sorted(has - had)]
    told = [Resolution("stays-unreleased", name, "", "", "", name) for name in names]
    return made._replace(resolutions=(*made.resolutions, *told))


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """A heading that stands twice now; what was added to what is unreleased, in a release; a
    release that is as no side has it."""
    syntax = syntax_of(options.path)
    found = policy.flaws(syntax, versions, text, ("number",))
    return [*found, *slipped(syntax, versions, text), *misplaced(syntax, versions, text)]


def settled(versions: Versions, texts: Sequence[bytes], options: Options) -> list[Flaw]:
    """Entries that stand more often than both sides' changes explain."""
    return policy.settled(syntax_of(options.path), versions, texts, anywhere=False)


def slipped(syntax: file.Syntax, versions: Versions, text: bytes) -> list[Flaw]:
    """What one side added to what is unreleased, and that stands only in releases now; or that the
    other side added to a release, and that stands at both places: people drop it at one."""
    before, ours, theirs = (places(syntax, one) for one in versions)
    made = places(syntax, text)
    found = []
    for side, other in ((ours, theirs), (theirs, ours)):
        for said in side.keys() - before.keys():
            there = made.get(said, [])
            if not there or not open_in(side[said]):
                continue
            twice = said in other and not open_in(other[said])
            if open_in(there) if twice else said not in other and not open_in(there):
                name, first = said.decode("utf-8", "replace")[:60], there[0][1]
                found.append(Flaw("released", name, first, first))
    return sorted(found, key=lambda flaw: flaw.first)


def open_in(places_there: Sequence[tuple[Path, int]]) -> bool:
    return any(is_unreleased(key) for path, _first in places_there for key in path)


def misplaced(syntax: file.Syntax, versions: Versions, text: bytes) -> list[Flaw]:
    """Releases that one side alone changed and that are as no side has them: equal lines in
    several releases mislead a merge by lines. Each side of a conflict has its own."""
    base, ours, theirs = (releases(syntax, one) for one in versions)
    found = []
    for key, (name, said, first) in releases(syntax, text).items():
        before, mine, yours = (row[key][1] if key in row else None for row in (base, ours, theirs))
        wanted = mine if yours == before else yours if mine == before else said
        if wanted is not None and said not in (wanted, mine, yours):
            found.append(Flaw("misplaced", name, first, first))
    return found


def releases(
    syntax: file.Syntax, text: bytes
) -> dict[tuple[Hashable, ...], tuple[str, list[bytes], int]]:
    """Releases and what is in them, by the headings around: name, the words right below, line."""
    return {
        (*one.path, one.entry.key): (
            one.entry.name,
            b" ".join(part.text for part in one.entry.body if part.key[0] != "heading").split(),
            one.first,
        )
        for one in walk(file.parsed(syntax, text))
        if one.entry.key[0] == "heading" and any(map(version, (*one.path, one.entry.key)))
    }


def places(syntax: file.Syntax, text: bytes) -> dict[bytes, list[tuple[Path, int]]]:
    """Each block by what it says, with the headings above it and its line, wherever it stands."""
    found: dict[bytes, list[tuple[Path, int]]] = {}
    for one in walk(file.parsed(syntax, text)):
        if one.entry.key[0] != "heading":
            found.setdefault(one.entry.text.strip(), []).append((one.path, one.first))
    return found


def tokens(text: bytes) -> Tokens:
    """Every word; the heading of what is unreleased comes and goes with what is below it."""
    return policy.tokens(LINE.sub(b"", text))


def syntax_of(path: str) -> file.Syntax:
    end = path.rpartition(".")[2].lower()
    return SYNTAXES.get(end, SYNTAXES[""])


def syntax(dialect: headings.Dialect) -> file.Syntax:
    return file.Syntax(
        lambda text: headings.parse(text, dialect),
        policy.leaf,
        kin=kin,
        exclusive=exclusive,
        conform=policy.conform,
        order_counts=True,
        finish=numbers.finish,
        said=policy.said,
        order=order,
        prepare=prepare,
        repeats=policy.REPEATS,
    )


SYNTAXES = {
    "md": syntax(headings.MARKDOWN),
    "markdown": syntax(headings.MARKDOWN),
    "rst": syntax(headings.RST),
    "": syntax(headings.EITHER),
}

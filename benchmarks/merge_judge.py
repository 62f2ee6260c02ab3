"""What a merge of a file is worth, judged without the engine's own checks.

Judged are: whether it parses, whether a line is lost, and how near it is to what people committed.
The last is told in three ways, because a merge commit often holds more than the merge: the whole
file by its bytes, the whole file but for its formatting, and only the regions that Git left in
conflict.
"""

import ast
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from difflib import Match
import io
from itertools import chain
import json
import re
import tokenize
import tomllib
from typing import NamedTuple
import warnings

from benchmarks.alignment import matching
from benchmarks.merge_cases import Case
from benchmarks.merge_data import DATA, cells, loaded, same_changes, with_whole_references

WORD = re.compile(r"\w+")
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+')
WORDS = re.compile(rb"\w+")
TOKEN = re.compile(rb"\w+|[^\w\s]")
# A comma before a closing bracket is layout in every language that allows it.
LOOSE_COMMA = re.compile(rb",(?=\s*[)\]}])")
# So is the choice of quotes where either mean a string, and nothing in it needs one of them.
PLAIN_STRING = re.compile(rb"'((?:[^'\"\\\n]|\\[^'\"\n])*)'")
QUOTES = (".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".yaml", ".yml", ".css")
VERSION_OF_GO = re.compile(rb" v\d\S*|^go \S+", re.MULTILINE)
TOML = (".toml", "Cargo.lock", "uv.lock", "poetry.lock")


class Verdict(NamedTuple):
    """How a clean result compares with the human's.

    bytes, formatting: the whole files are equal, or equal but for their formatting
    regions: they are equal but for formatting where Git had conflicts
    order: there they are, or hold the same lines in another order
    pure: a merge could have made what the human made of these regions: nothing that a side did is
    left out, nothing is there that neither did
    changes: of data, every change of a side is in both, or in neither
    cause: why the whole files differ, empty where they do not
    """

    bytes: bool
    formatting: bool
    regions: bool
    order: bool
    pure: bool
    changes: bool
    cause: str


def judged(case: Case, result: bytes) -> Verdict:
    """A result without conflicts beside what was committed."""
    human = case.human
    if human is None:
        return Verdict(*[False] * 6, "the human's merge lacks the file")
    data = case.path.endswith(DATA)
    if result == human:
        return Verdict(*[True] * 5, data, "")
    changes = data and same_changes(case[2:5], result, human, case.path)
    alike = equal_but_formatting(case.path, result, human)
    chosen = case.path.endswith(".ipynb") and cells(human) in map(cells, case[2:5])
    whole_side = "the human took the cells of one version whole" if chosen else ""
    found = regions(case, result, human)
    same = alike or all(like(case.path, one.result, one.human) for one in found)
    if same:
        cause = "" if alike else whole_side or "the human changed the file elsewhere, too"
        return Verdict(False, alike, True, True, True, changes, cause)
    whole = Region(*(list(chain(*column)) for column in zip(*found, strict=True)))
    order = Counter(rows(whole.result)) == Counter(rows(whole.human))
    change = "" if order else changed_by_hand(case, whole)
    cause = "the same lines in another order" if order else whole_side or change or "other"
    return Verdict(False, False, False, order, not change, changes, cause)


class Region(NamedTuple):
    """A conflict of Git's and the same place in the result and in what was committed, as lines."""

    ours: list[bytes]
    theirs: list[bytes]
    result: list[bytes]
    human: list[bytes]


class Piece(NamedTuple):
    """Lines of Git's text; with `theirs`, a conflict."""

    ours: list[bytes]
    theirs: list[bytes] | None = None


def regions(case: Case, result: bytes, human: bytes) -> list[Region]:
    """Git's conflicts, each between lines around it that both texts still have.

    Where the result is not Git's beside the conflicts either, that is a region too.
    """
    shared: list[bytes] = []
    clashes: list[tuple[int, Piece]] = []
    for piece in pieces(case.git):
        if piece.theirs is None:
            shared += piece.ours
        else:
            clashes.append((len(shared), piece))
    places = [places_of(shared, text.splitlines(keepends=True)) for text in (result, human)]
    both = [i for i in range(len(shared)) if all(i in one for one in places)]
    beside = [i for i, line in enumerate(shared) if tells(line) and i not in places[0]]
    spans = []
    for at in sorted([*(at for at, _piece in clashes), *beside]):
        place = bisect_left(both, at)
        low, high = both[place - 1] if place else -1, [*both[place:], len(shared)][0]
        spans.append((low, high))
    texts = [text.splitlines(keepends=True) for text in (result, human)]
    found = []
    for low, high in merged_spans(spans):
        cuts = [
            text[place[low] + 1 if low in place else 0 : place.get(high, len(text))]
            for text, place in zip(texts, places, strict=True)
        ]
        ours, theirs = (side_of(shared, clashes, low, high, side) for side in (0, 1))
        found.append(Region(ours, theirs, cuts[0], cuts[1]))
    return found


def merged_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans between two anchors; those that overlap are one."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low < found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def side_of(
    shared: list[bytes], clashes: list[tuple[int, Piece]], low: int, high: int, side: int
) -> list[bytes]:
    """What stands between two anchors when the conflicts read as one side."""
    found: list[bytes] = []
    at = low + 1
    for place, piece in clashes:
        if low < place <= high:
            found += shared[at:place] + list(piece[side] or ())
            at = place
    return found + shared[at:high]


def pieces(marked: bytes) -> Iterator[Piece]:
    """Git's text cut at its markers."""
    held: list[bytes] = []
    sides: tuple[list[bytes], list[bytes]] | None = None
    second = False
    for line in marked.splitlines(keepends=True):
        if sides is None and line.startswith(b"<<<<<<< "):
            yield Piece(held)
            held, sides, second = [], ([], []), False
        elif sides is not None and line.rstrip() == b"=======":
            second = True
        elif sides is not None and line.startswith(b">>>>>>> "):
            yield Piece(*sides)
            sides = None
        elif sides is not None:
            sides[second].append(line)
        else:
            held.append(line)
    yield Piece(held)


def places_of(shared: list[bytes], lines: list[bytes]) -> dict[int, int]:
    """Where the lines of Git's text stand in another; only what says something is an anchor."""
    one, two = ([b" ".join(line.split()) for line in side] for side in (shared, lines))
    return {
        block.a + step: block.b + step
        for block in matching(one, two)
        for step in range(block.size)
        if tells(one[block.a + step])
    }


def tells(line: bytes) -> bool:
    """Whether a line says enough to be found again."""
    return len(WORD.findall(line.decode(errors="replace"))) > 1


def changed_by_hand(case: Case, region: Region) -> str:
    """What the human's file has that no merge of the two sides makes; empty: nothing.

    region: all regions as one; elsewhere Git's text is the merge, and the rest are other edits
    """
    human = case.human or b""
    if not parses(case.path, human):
        return "what was committed does not parse"
    if loses_a_line(case, human):
        return "the human left out what a side added or both have"
    versions = case[2:5]
    known = {row for side in versions for row in rows(side.splitlines())}
    counts = [Counter(rows(side.splitlines())) for side in (*versions, human)]
    for row in {*rows(region.human)} - {*rows(region.result)}:
        if row in known and counts[3][row] > most(*(one[row] for one in counts[:3])):
            return "the human kept what a side removed"
    new = [line for line in region.human if row_of(line) not in known]
    counts = [Counter(WORDS.findall(side)) for side in (*versions, human)]
    for word in {*WORDS.findall(b"".join(new))}:
        if counts[3][word] > most(*(one[word] for one in counts[:3])):
            return "the human wrote what neither side has"
    return ""


def most(base: int, ours: int, theirs: int) -> int:
    """How often a merge has at most what the versions have so often."""
    if ours < base and theirs < base:
        return min(ours, theirs)
    return ours + theirs - base


def rows(lines: list[bytes]) -> list[bytes]:
    """Lines without layout; blank ones do not count."""
    return [row_of(line) for line in lines if line.strip()]


def row_of(line: bytes) -> bytes:
    return b"".join(TOKEN.findall(line))


def like(path: str, one: list[bytes], two: list[bytes]) -> bool:
    """Whether two stretches of a file are equal but for their formatting."""
    if path.endswith((".py", ".yaml", ".yml")):  # indentation is content
        depths = [
            [len(line) - len(line.lstrip()) for line in side if line.strip()] for side in (one, two)
        ]
        if len(depths[0]) == len(depths[1]) and depths[0] != depths[1]:
            return False
    return stream(path, b"".join(one)) == stream(path, b"".join(two))


def stream(path: str, source: bytes) -> list[bytes]:
    """The words and signs of a text, without what is layout."""
    if path.endswith(QUOTES):
        source = PLAIN_STRING.sub(rb'"\1"', source)
    return TOKEN.findall(LOOSE_COMMA.sub(b"", source))


def equal_but_formatting(path: str, result: bytes, human: bytes) -> bool:
    """Whether both say the same: to a parser where one is at hand, else token by token.

    Of a notebook, whether it has the same cells.
    """
    try:
        if path.endswith(".py"):
            return tree(result) == tree(human) and comments(result) == comments(human)
        if path.endswith(".ipynb"):
            return cells(human) is not None and cells(result) == cells(human)
        if path.endswith(TOML):
            return tomllib.loads(result.decode()) == tomllib.loads(human.decode())
        if path.endswith(DATA):
            return bool(loaded(path, result) == loaded(path, human))
    except Exception:  # noqa: BLE001 - a text that does not parse is equal to none
        return False
    return stream(path, result) == stream(path, human)


def tree(source: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.dump(ast.parse(source))


def comments(source: bytes) -> list[str]:
    found = tokenize.tokenize(io.BytesIO(source).readline)
    return [one.string for one in found if one.type == tokenize.COMMENT]


def parses(path: str, source: bytes) -> bool:
    """Judged by the standard library (YAML: by ruamel); a profile's language by its grammar."""
    try:
        if path.endswith(".py"):
            tree(source)
        elif path.endswith(".ipynb"):
            json.loads(source)
        elif path.endswith(TOML):
            tomllib.loads(source.decode())
        elif path.endswith(DATA):
            loaded(path, source)
        elif grammar_of(path):
            from git_anvcs.merge.parse import parser

            return not parser(grammar_of(path)).parse(source).root_node.has_error
    except (SyntaxError, ValueError, RecursionError):
        return False
    except Exception as error:  # noqa: BLE001 - ruamel has its own family of errors
        return "ruamel" not in type(error).__module__
    return True


def grammar_of(path: str) -> str:
    """The grammar of a language that is a profile: here only the parser is the engine's."""
    from git_anvcs.merge.profile import profile
    from git_anvcs.merge.registry import PROFILES, format_of

    name = format_of(path)
    return profile(name).grammar if name in PROFILES else ""


def loses_a_line(case: Case, result: bytes) -> bool:
    """Whether a clean result lacks a line that it should have; see `lost_lines`."""
    texts = [case.base, case.ours, case.theirs, result]
    if case.path.endswith(".ipynb"):  # outputs are made anew, no merge can know them
        books = [cells(one) for one in texts]
        texts = ["\n".join(source for _kind, source in one or []).encode() for one in books]
    if case.path.endswith("go.mod"):  # of two versions the larger one stands: that is no loss
        texts = [VERSION_OF_GO.sub(b"", one) for one in texts]
    if case.path.endswith(".json"):  # a reference is what it leads to, however it is spelled
        texts = [with_whole_references(one) for one in texts]
    word = JSON_TOKEN if case.path.endswith(".json") else WORD
    return bool(lost_lines(*texts, word=word))


def lost_lines(
    base: bytes, ours: bytes, theirs: bytes, result: bytes, word: re.Pattern[str] = WORD
) -> list[str]:
    """Lines that one side added or nobody removed, and that the result lacks.

    A line counts without white space around it and a comma behind it. A line that was rewritten
    (two imports that became one, a list broken into lines) is not lost as long as every word of
    it is there often enough; in JSON a word is a whole key or value.
    """
    rows = least(*map(lines, (base, ours, theirs)))
    kept = Counter(lines(result))
    short = [row for row, due in rows.items() if kept[row] < due]
    if not short:
        return []
    words = least(*(words_of(side, word) for side in (base, ours, theirs)))
    said = Counter(words_of(result, word))
    return [
        row for row in short if any(said[one] < words[one] for one in words_of(row.encode(), word))
    ]


def least(base: list[str], ours: list[str], theirs: list[str]) -> Counter[str]:
    """How often each thing must at least be left: what a side removes goes, what one adds comes.

    Additions of both may be the same one, so the larger number counts. Changes are counted twice,
    and the smaller claim holds: a diff takes a move for a removal and an addition; mere numbers
    hide that a side removed one of several equal lines and added another.
    """
    (added, removed), (added_too, removed_too) = changes(base, ours), changes(base, theirs)
    had, has, has_too = Counter(base), Counter(ours), Counter(theirs)
    found: Counter[str] = Counter()
    for thing in has | has_too:
        by_diff = had[thing] - removed[thing] - removed_too[thing]
        by_diff = max(by_diff, 0) + max(added[thing], added_too[thing])
        fewest, most = sorted((has[thing], has_too[thing]))
        by_number = most if fewest >= had[thing] else max(fewest + most - had[thing], 0)
        found[thing] = min(by_diff, by_number)
    return found


def changes(base: list[str], side: list[str]) -> tuple[Counter[str], Counter[str]]:
    """What the side added and what it removed."""
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    at = Match(0, 0, 0)
    for block in matching(base, side):
        removed.update(base[at.a : block.a])
        added.update(side[at.b : block.b])
        at = Match(block.a + block.size, block.b + block.size, 0)
    return added, removed


def lines(source: bytes) -> list[str]:
    rows = (row.strip().rstrip(",").rstrip() for row in source.decode(errors="replace").split("\n"))
    return [row for row in rows if len(row) > 1]


def words_of(source: bytes, word: re.Pattern[str]) -> list[str]:
    found = word.findall(source.decode(errors="replace"))
    return [word for word in found if word not in ("from", "import")]

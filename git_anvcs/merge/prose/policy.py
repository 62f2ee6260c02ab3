"""What texts with headings have in common when they are merged.

Which blocks are the same, and what both sides may do with one.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from functools import lru_cache
import re

from git_anvcs.merge.checks import Flaw, Tokens, bounds
from git_anvcs.merge.entries import file
from git_anvcs.merge.entries.entry import Entry, Placed, walk
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.prose import columns, labels, numbers
from git_anvcs.merge.prose.blocks import words
from git_anvcs.merge.prose.numbers import NUMBER
from git_anvcs.merge.prose.words import by_words
from git_anvcs.merge.result import NotUnderstood, Versions

Trio = tuple[Entry | None, Entry, Entry]
WORD = re.compile(rb"\w+")
ITEM_NUMBER = re.compile(rb"^[ \t]*\d{1,9}[.)](?=[ \t\n])", re.MULTILINE)
SPLIT_ROW = re.compile(rb"(?<!\\)\|")
TEXTS = ("paragraph", "item", "numbered")
REPEATS = (*TEXTS, "code", "rule", "row", "table")
ALIKE = 0.6  # share of words in common from which on one block is an edit of another
FEWEST = 3  # words of a block; two shorter ones are never taken for an edit


def kin(old: Entry, new: Entry) -> bool:
    """Whether a block is an edit of another: of one sort, most of their words in common; a table
    also by its headings, for it is the same one however many rows it got."""
    if old.key[0] != new.key[0] or old.key[0] in ("link", "rule"):
        return False
    if old.key[0] == "table" and alike(counted(old.head), counted(new.head)):
        return True
    before, after = counted(old.text), counted(new.text)
    return max(before.total(), after.total()) >= FEWEST and alike(before, after)


def alike(one: Counter[bytes], two: Counter[bytes]) -> bool:
    return bool(one) and 2 * (one & two).total() >= ALIKE * (one.total() + two.total())


@lru_cache(maxsize=4096)  # each block is compared with several others
def counted(text: bytes) -> Counter[bytes]:
    return Counter(WORD.findall(text))


def conform(base: Entry | None, ours: Entry, theirs: Entry) -> tuple[Trio, str] | None:
    """A table with the columns of the side that changed them; lists without their numbers, labels
    apart from those that stand above another block."""
    if ours.key[0] == "table":
        return columns.conform(base, ours, theirs)
    return numbers.conform(base, ours, labels.apart(base, ours, theirs)), ""


def leaf(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """A paragraph or item that both sides edited, far apart; a row by its cells."""
    if ours.key[0] == "row":
        return row(base, ours, theirs)
    if ours.key[0] not in TEXTS:
        return None
    if ours.head.split() == theirs.head.split():
        return Made(ours.head, "layout-of-ours")
    if base is None:
        return None
    if theirs.head.split() == base.head.split():
        return Made(ours.head, "layout-of-ours")
    if ours.head.split() == base.head.split():
        return Made(theirs.head, "layout-of-theirs")
    made = by_words([base.head], [ours.head], [theirs.head])
    return None if made is None else Made(made, "words-apart")


def row(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """Each cell by itself; None where both changed one, or where cells were added."""
    if base is None:
        return None
    rows = [SPLIT_ROW.split(one.head) for one in (base, ours, theirs)]
    if len({len(cells) for cells in rows}) > 1:
        return None
    made = []
    for before, mine, yours in zip(*rows, strict=True):
        said = [cell.strip() for cell in (before, mine, yours)]
        if said[2] in said[:2]:
            made.append(mine)
        elif said[0] == said[1]:
            made.append(yours)
        else:
            return None
    return Made(b"|".join(made), "row-cells")


def tokens(text: bytes) -> Tokens:
    """Every word, wherever it stands: an entry may have come under another heading. Not the
    numbers of lists."""
    return Counter(WORD.findall(ITEM_NUMBER.sub(b"", text)))


def said(entry: Entry) -> list[bytes]:
    """The words of an entry, of an item without its number."""
    return (
        NUMBER.sub(b"", entry.head, count=1).split()
        if entry.key[0] == "numbered"
        else (entry.head.split())
    )


def flaws(
    syntax: file.Syntax, versions: Versions, text: bytes, ignored: Sequence[str] = ()
) -> list[Flaw]:
    """A heading or a link that stands twice now, a row that does not fit its table, numbers of a
    list that are no longer in sequence; `ignored`: kinds of flaws that are none."""
    found = file.flaws(syntax, versions, text)
    try:
        known = {kind for version in versions for kind, *_ in uneven(syntax, version)}
        roots = [file.parsed(syntax, version) for version in versions]
    except NotUnderstood:
        return found
    made = file.parsed(syntax, text)
    strayed = columns.strayed(roots, made)
    found += [Flaw("columns", one.entry.name, one.first, one.last) for one in strayed]
    twice = labels.twice(roots, made)
    found += [Flaw("duplicate", one.entry.name, one.first, one.last) for one in twice]
    known.update(ignored)
    if "number" in known:
        lists = numbers.disturbed(roots, made)
        found += [Flaw("number", one.entry.name, one.first, one.last) for one in lists]
    return found + [Flaw(*one) for one in uneven(syntax, text) if one[0] not in known]


def settled(
    syntax: file.Syntax, versions: Versions, texts: Sequence[bytes], *, anywhere: bool
) -> list[Flaw]:
    """Blocks that stand more often, in all of the texts, than both sides' changes explain: one side
    moved what the other deleted, or both moved it to different places.

    anywhere: also where it came under another heading, if it says enough to be known again
    """
    try:
        roots = [file.parsed(syntax, version) for version in versions]
    except NotUnderstood:
        return []
    made = [file.parsed(syntax, text) for text in texts]
    found = []
    for apart in (True, False) if anywhere else (True,):
        base, ours, theirs = (blocks_of(root, apart=apart) for root in roots)
        there, *others = (blocks_of(root, apart=apart) for root in made)
        for key, places in there.items():
            number = min(len(row[key]) for row in (there, *others))
            if base[key] and number > bounds(len(base[key]), len(ours[key]), len(theirs[key]))[1]:
                found += [Flaw("revived", one.entry.name, one.first, one.last) for one in places]
    return found


def blocks_of(root: Entry, *, apart: bool) -> defaultdict[Hashable, list[Placed]]:
    """Blocks by their text, without the number of an item; `apart`: under each heading apart."""
    found: defaultdict[Hashable, list[Placed]] = defaultdict(list)
    for one in walk(root):
        sort = one.entry.key[0]
        if sort in (*TEXTS, "link", "table") and (
            apart or counted(one.entry.head).total() >= FEWEST
        ):
            said = words(one.entry.head) if sort == "link" else one.entry.key
            found[one.path if apart else None, sort, said].append(one)
    return found


def uneven(syntax: file.Syntax, text: bytes) -> list[tuple[str, str, int, int]]:
    """Tables and numbered lists that are not as they should be: Flaw's parts."""
    found = []
    for placed in walk(file.parsed(syntax, text)):
        entry = placed.entry
        if entry.key[0] == "table":
            width = len(SPLIT_ROW.split(entry.head.partition(b"\n")[0].strip().strip(b"|")))
            for at, one in enumerate(entry.body, placed.first + 2):
                if len(SPLIT_ROW.split(one.head.strip().strip(b"|"))) > width:
                    found.append(("row", one.name, at, at))
        elif entry.section:
            found += misnumbered(entry, placed.first)
    return found


def misnumbered(section: Entry, line: int) -> list[tuple[str, str, int, int]]:
    """Neighbours in a list of which neither all have one number nor each has the next."""
    found = []
    line += (section.head + section.note).count(b"\n")
    before = None
    step = None
    for entry in section.body:
        line += entry.lead.count(b"\n")
        number = number_of(entry)
        if number is not None and before is not None:
            if number - before not in (0, 1) or (step is not None and number - before != step):
                found.append(("number", entry.name, line, line))
            step = number - before
        else:
            step = None
        before = number
        line += (entry.text.count(b"\n")) - entry.lead.count(b"\n")
    return found


def number_of(entry: Entry) -> int | None:
    if entry.key[0] != "numbered":
        return None
    digits = NUMBER.match(entry.head)
    return int(digits[2]) if digits else None


def one_sort(rows: Sequence[Entry]) -> str | None:
    """The sort that all these entries have; None where they differ."""
    sorts = {str(entry.key[0]) for entry in rows}
    return sorts.pop() if len(sorts) == 1 else None

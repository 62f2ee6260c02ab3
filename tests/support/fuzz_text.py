"""Files of the fuzzer: every line is one character that is used once, perhaps indented.

So a line is told by its character wherever it goes, and no diff need be believed. Pure.
"""

from collections.abc import Callable
from random import Random

# CJK ideographs: 20,000 characters that are letters, one column each in a trace, none a space.
FIRST = 0x4E00

_INDENTS = ("", "  ", "    ", "\t")

_INNER = ("<" * 8, "|" * 8, "=" * 8, ">" * 8)

# Gives so many characters that nobody has typed before.
Fresh = Callable[[int], list[str]]
Rows = list[str]


def rows_of(text: str) -> Rows:
    """The lines without their newlines. Only a newline ends one."""
    rows = text.split("\n")
    return rows if rows[-1] else rows[:-1]


def text_of(rows: Rows) -> str:
    return "".join(f"{row}\n" for row in rows)


def shown(text: str | None) -> str:
    """A file on one line, for a trace."""
    return "(gone)" if text is None else "".join(_shown_row(row) for row in rows_of(text))


def edited(rng: Random, text: str, fresh: Fresh) -> str:
    """The text after one random edit; the text without its last newline counts as an edit, too."""
    rows = rows_of(text)
    kinds = [insert, insert, insert, append, append, delete, replace, replace, move]
    changed = rng.choice(kinds)(rng, rows, fresh)
    bare = rng.random() < 0.04
    return text_of(changed)[: -1 if bare and changed else None]


def insert(rng: Random, rows: Rows, fresh: Fresh) -> Rows:
    at = rng.randint(0, len(rows))
    return rows[:at] + _typed(rng, fresh) + rows[at:]


def append(rng: Random, rows: Rows, fresh: Fresh) -> Rows:
    return rows + _typed(rng, fresh)


def delete(rng: Random, rows: Rows, _: Fresh) -> Rows:
    start, end = _piece(rng, rows)
    return rows[:start] + rows[end:]


def replace(rng: Random, rows: Rows, fresh: Fresh) -> Rows:
    start, end = _piece(rng, rows)
    return rows[:start] + _typed(rng, fresh) + rows[end:]


def move(rng: Random, rows: Rows, _: Fresh) -> Rows:
    start, end = _piece(rng, rows)
    rest = rows[:start] + rows[end:]
    at = rng.randint(0, len(rest))
    return rest[:at] + rows[start:end] + rest[at:]


def reindented(rng: Random, text: str) -> str:
    """What a formatter makes of it: the same characters, indented in another way."""
    indent, some = rng.choice(_INDENTS), rng.random() < 0.4
    rows = [r if some and rng.random() < 0.5 else indent + r.strip() for r in rows_of(text)]
    return text_of(rows)


def resolved(rng: Random, text: str, fresh: Fresh) -> str:
    """A file with conflict markers, put right: one side, the other, both, or something new."""
    out: Rows = []
    sides: list[Rows] = []
    for row in rows_of(text):
        if row[:8] in _INNER:  # a conflict inside of one, of files that were renamed
            continue
        if row.startswith("<<<<<<<"):
            sides = [[]]
        elif sides and row.startswith(("|||||||", "=======")):
            sides.append([])
        elif sides and row.startswith(">>>>>>>"):
            out += _chosen(rng, sides[0], sides[-1], fresh)
            sides = []
        else:
            (sides[-1] if sides else out).append(row)
    return text_of(out)


def _chosen(rng: Random, ours: Rows, theirs: Rows, fresh: Fresh) -> Rows:
    both = list({row.strip(): row for row in ours + theirs}.values())
    kinds = [ours, theirs, both, both, both[::-1], [], ours + _typed(rng, fresh)]
    kept = rng.choice(kinds)
    return insert(rng, kept, fresh) if rng.random() < 0.3 else kept


def _typed(rng: Random, fresh: Fresh) -> Rows:
    indent = rng.choice(_INDENTS) if rng.random() < 0.3 else ""
    return [indent + char for char in fresh(rng.choice([1, 1, 2, 2, 3, 4]))]


def _piece(rng: Random, rows: Rows) -> tuple[int, int]:
    """Where a few neighbouring lines begin and end; (0, 0) in an empty file."""
    if not rows:
        return 0, 0
    start = rng.randrange(len(rows))
    return start, min(len(rows), start + rng.choice([1, 1, 2, 3]))


def _shown_row(row: str) -> str:
    word = row.strip()
    return word if row == word else f"·{word}"

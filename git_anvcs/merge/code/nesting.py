"""Judges where the lines of a merged text stand, in a language in which indentation is content.

A line merge looks at neighbours only: what one side added at the end of a block lands in another
block when the other side moved the lines around it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from git_anvcs.merge.result import Versions

Pair = tuple[bytes, bytes]


class Nesting(NamedTuple):
    """pairs: each line and the line it stands under; over: line -> the lines it stands under"""

    pairs: frozenset[Pair]
    over: dict[bytes, set[bytes]]


def misplaced(versions: Versions, text: bytes) -> int:
    """The first line that stands under another one than in the side it comes from; 0: none.

    Both the line above it now and the one above it there must still be in the text: otherwise
    somebody renamed the block, or wrapped it.
    """
    sides = [nesting(versions.ours), nesting(versions.theirs)]
    now = {line for _row, line, _above in placed(text)}
    for row, line, above in placed(text):
        if any((above, line) in side.pairs for side in sides):
            continue
        origins = [side for side in sides if line in side.over]
        if origins and all(elsewhere(side, line, above, now) for side in origins):
            return row
    return 0


def elsewhere(side: Nesting, line: bytes, above: bytes, now: set[bytes]) -> bool:
    """Whether a side knows both blocks and has the line in the other one."""
    known = not above or above in side.over
    return known and all(not one or one in now for one in side.over[line])


def nesting(text: bytes) -> Nesting:
    pairs = set()
    over: dict[bytes, set[bytes]] = {}
    for _row, line, above in placed(text):
        pairs.add((above, line))
        over.setdefault(line, set()).add(above)
    return Nesting(frozenset(pairs), over)


def placed(text: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Every line that is not blank, with its row, and the nearest one above it indented less."""
    open_lines: list[tuple[int, bytes]] = []
    for row, full in enumerate(text.split(b"\n"), 1):
        line = full.strip()
        if not line:
            continue
        indent = len(full) - len(full.lstrip())
        while open_lines and open_lines[-1][0] >= indent:
            open_lines.pop()
        yield row, line, open_lines[-1][1] if open_lines else b""
        open_lines.append((indent, line))

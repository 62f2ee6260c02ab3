"""Judges where the lines of a merged text stand, in a language in which indentation is content.

A line merge looks at neighbours only: what one side added at the end of a block lands in another
block when the other side moved the lines around it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from git_anvcs.merge.result import Versions

Nesting = dict[bytes, set[bytes]]  # line -> the lines it stands under


def misplaced(versions: Versions, text: bytes) -> int:
    """The first line that stands under another one than in the side it comes from; 0: none.

    Both the line above it now and the one above it there must still be in the text: otherwise
    somebody renamed the block, or wrapped it.
    """
    sides = [nesting_of(side) for side in versions[1:]]
    found = list(placed(text))
    now = nesting(found)
    for row, line, above in found:
        if any(above in side.get(line, ()) for side in sides):
            continue
        origins = [side for side in sides if line in side]
        if origins and all(elsewhere(side, line, above, now) for side in origins):
            return row
    return 0


def elsewhere(side: Nesting, line: bytes, above: bytes, now: Nesting) -> bool:
    """Whether a side knows both blocks and has the line in the other one."""
    known = not above or above in side
    return known and all(not one or one in now for one in side[line])


@lru_cache(maxsize=2)  # several readings of one merge are held against the same sides
def nesting_of(side: bytes) -> Nesting:
    return nesting(placed(side))


def nesting(rows: Iterable[tuple[int, bytes, bytes]]) -> Nesting:
    over: Nesting = {}
    for _row, line, above in rows:
        over.setdefault(line, set()).add(above)
    return over


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

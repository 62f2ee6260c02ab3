"""What of a text one author alone changed, hunk by hunk. Pure.

A hunk is a run of lines between lines that stand as they stood at first. It is somebody's when
nobody else ever put in or took out a byte of it, also none that is gone again: on any doubt it is
not.
"""

from collections.abc import Iterator
from typing import NamedTuple

from git_anvcs.journal.weave import HERE, Weave


class Hunk(NamedTuple):
    """Whole lines, at first and now, and everybody who changed something there."""

    first: bytes
    now: bytes
    authors: frozenset[str]


class Share(NamedTuple):
    """text: with the author's hunks alone; whole: nobody else's hunk is left out

    mixed: hunks that the author and others share; any: whether there are hunks of the author's
    """

    text: bytes
    whole: bool
    mixed: int
    any: bool = True


HEAD = "\0HEAD"  # the author of what a commit holds: no change of anybody's
NOBODY = ""


def of(weave: Weave, author: str, first: int = 0) -> Share:
    """The version `first` with what the author alone changed since."""
    found = list(hunks(weave, first))
    text = b"".join(h.now if h.authors <= {author} else h.first for h in found)
    others = [hunk for hunk in found if hunk.authors - {author}]
    mixed = sum(author in hunk.authors for hunk in others)
    some = any(hunk.authors == {author} for hunk in found)
    return Share(text, not others, mixed, some)


def commit(weave: Weave, text: str) -> int:
    """What was committed of it becomes the first version, from which the disk differs as before;
    its number.
    """
    disk = weave.text
    weave.step(text, HEAD)
    first = len(weave.authors) - 1
    weave.step(disk, HEAD)
    return first


def hunks(weave: Weave, since: int = 0) -> Iterator[Hunk]:
    """All of the text, cut where a line begins at first – in version `since` – and now."""
    first, now = bytearray(), bytearray()
    authors: set[str] = set()
    for data, at_first, here, who in _lines(weave, since):
        if not who and _is_line_start(first, now):
            if first or now:
                yield Hunk(bytes(first), bytes(now), frozenset(authors))
            first, now, authors = bytearray(), bytearray(), set()
        first += data if at_first else b""
        now += data if here else b""
        authors |= who
    if first or now:
        yield Hunk(bytes(first), bytes(now), frozenset(authors))


def _lines(weave: Weave, since: int) -> Iterator[tuple[bytes, bool, bool, frozenset[str]]]:
    """Pieces, cut behind each LF: whether they stood at first, stand now, and who changed them."""
    for piece in weave.pieces:
        at_first = piece.at(since) == HERE
        told = {piece.born, *(version for version, _ in piece.told)}
        told |= {gone for _, gone in piece.told if gone != HERE}
        who = {weave.authors[version] for version in told - {0}}
        settled = not {v for v in told if v > since and weave.authors[v] != HEAD}
        if settled and at_first == piece.here:
            who = set()
            if not at_first:
                continue  # it came and went before
        for line in piece.data.splitlines(keepends=True) if not who else [piece.data]:
            yield line, at_first, piece.here, frozenset(who and (who - {HEAD} or {NOBODY}))


def _is_line_start(*sides: bytearray) -> bool:
    return all(not side or side.endswith(b"\n") for side in sides)

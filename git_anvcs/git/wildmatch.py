"""Git's patterns for paths as regular expressions over bytes (wildmatch.c). Pure."""

from collections.abc import Sequence
import re
from typing import NamedTuple

_CLASSES = {
    b"alnum": b"a-zA-Z0-9",
    b"alpha": b"a-zA-Z",
    b"blank": b" \\t",
    b"cntrl": b"\\x00-\\x1f\\x7f",
    b"digit": b"0-9",
    b"graph": b"!-~",
    b"lower": b"a-z",
    b"print": b" -~",
    b"punct": b"!-/:-@\\[-`{-~",
    b"space": b" \\t\\n\\v\\f\\r",
    b"upper": b"A-Z",
    b"xdigit": b"0-9a-fA-F",
}
_CLASS = re.compile(rb"\[:([a-z]*):\]")


class _Stars(NamedTuple):
    """Stars: `some` takes as much as it may, `few` as little. folders: whole ones, or nothing"""

    some: bytes
    few: bytes
    folders: bool = False


_ANY = _Stars(b".*", b".*?")
_IN_FOLDER = _Stars(b"[^/]*", b"[^/]*?")
_FOLDERS = _Stars(b"(?:.*/)?", b"(?:.*?/)??", folders=True)


def matcher(pattern: bytes, *, by_folder: bool) -> re.Pattern[bytes] | None:
    """What matches (use fullmatch); None: a pattern that matches nothing.

    by_folder: `*`, `?` and `[…]` stop at slashes, and `**` does not
    """
    found: list[bytes | _Stars] = []
    at = 0
    while at < len(pattern):
        piece = _piece(pattern, at, by_folder=by_folder)
        if piece is None:
            return None
        found.append(piece[0])
        at = piece[1]
    return re.compile(_joined(found), re.DOTALL)


def _joined(pieces: Sequence[bytes | _Stars]) -> bytes:
    """One expression that tries no star a second time but the last, so that none takes long.

    What stands between stars and the next ones fits first where they take least, and what can be
    reached from any later place can be reached from there. So that is enough, and `(?>…)` never
    goes back; after `**/` it is what stands up to the next `**/`.
    """
    done = below = behind = b""  # from the end on; below: since the last `**/`, behind: a star
    last_of_all = last_folders = True
    for piece in reversed(pieces):
        if isinstance(piece, bytes):
            behind = piece + behind
        elif piece.folders:
            done = _then(piece, behind + below, is_last=last_folders) + done
            below = behind = b""
            last_of_all = last_folders = False
        else:
            below, behind = _then(piece, behind, is_last=last_of_all) + below, b""
            last_of_all = False
    return behind + below + done


def _then(stars: _Stars, behind: bytes, *, is_last: bool) -> bytes:
    return stars.some + behind if is_last else b"(?>" + stars.few + behind + b")"


def _piece(pattern: bytes, at: int, *, by_folder: bool) -> tuple[bytes | _Stars, int] | None:
    """What one sign, or what belongs together, stands for, and where the next begins."""
    match pattern[at : at + 1]:
        case b"*":
            return _stars(pattern, at, by_folder=by_folder)
        case b"?":
            return b"[^/]" if by_folder else b".", at + 1
        case b"[":
            read = _bracket(pattern, at + 1)
            return read and ((b"(?!/)" if by_folder else b"") + read[0], read[1])
        case b"\\":
            sign = pattern[at + 1 : at + 2]
            return (re.escape(sign), at + 2) if sign else None
        case sign:
            return re.escape(sign), at + 1


def _stars(pattern: bytes, at: int, *, by_folder: bool) -> tuple[_Stars, int]:
    end = at
    while pattern[end : end + 1] == b"*":
        end += 1
    if not by_folder:
        return _ANY, end
    opens = at == 0 or pattern[at - 1 : at] == b"/"
    if end - at < 2 or not opens or pattern[end : end + 1] not in (b"", b"/"):
        return _IN_FOLDER, end
    return (_FOLDERS, end + 1) if end < len(pattern) else (_ANY, end)


def _bracket(pattern: bytes, at: int) -> tuple[bytes, int] | None:
    """The class that begins at `at`, and where it ends; None: nothing can match."""
    negated = pattern[at : at + 1] in (b"!", b"^")
    at += negated
    parts: list[bytes] = []
    first = True
    while first or pattern[at : at + 1] != b"]":
        first = False
        read = _member(pattern, at)
        if read is None:
            return None
        parts.append(read[0])
        at = read[1]
    return b"[" + (b"^" if negated else b"") + b"".join(parts) + b"]", at + 1


def _member(pattern: bytes, at: int) -> tuple[bytes, int] | None:
    found = _CLASS.match(pattern, at)
    if not found:
        return _range(pattern, at)
    return (_CLASSES[found[1]], found.end()) if found[1] in _CLASSES else None


def _range(pattern: bytes, at: int) -> tuple[bytes, int] | None:
    """One sign, or two with a dash between: all up to the second, at least the first."""
    low, at = _sign(pattern, at)
    if low is None:
        return None
    if pattern[at : at + 1] != b"-" or pattern[at + 1 : at + 2] in (b"]", b""):
        return b"\\x%02x" % low[0], at
    high, at = _sign(pattern, at + 1)
    if high is None:
        return None
    return b"\\x%02x-\\x%02x" % (low[0], max(low[0], high[0])), at


def _sign(pattern: bytes, at: int) -> tuple[bytes | None, int]:
    """One character, perhaps behind a backslash, and where the next one is."""
    at += pattern[at : at + 1] == b"\\"
    sign = pattern[at : at + 1]
    return (sign or None), at + 1

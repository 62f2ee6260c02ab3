"""The text of .gitattributes, edited so that the rest of it stays byte for byte. Pure."""

from collections.abc import Iterable, Mapping, Sequence
import re

from git_anvcs.flows.blobs.migrate.conversion import KEYS, OURS
from git_anvcs.git.attribute_rules import parts

_WORD = re.compile(rb"[^ \t\r\n]+")
_NAMED = tuple(key + b"=" + OURS for key in KEYS)
_TRACKED = b" " + b" ".join(_NAMED) + b" -text"
_UNTRACKED = b" " + b" ".join(b"!" + key for key in KEYS) + b" !text"


def swapped(data: bytes, words: Mapping[bytes, bytes]) -> bytes:
    """With these words behind patterns replaced by others."""
    lines = []
    for line in data.split(b"\n"):
        head, rest = parts(line)
        lines.append(head + _WORD.sub(lambda found: words.get(found[0], found[0]), rest))
    return b"\n".join(lines)


def tracked(data: bytes | None, patterns: Iterable[bytes]) -> bytes | None:
    """With a line at the end for each pattern (as a line begins) that has none yet."""
    here = {line.strip() for line in (data or b"").split(b"\n")}
    new = [line for one in patterns if (line := one + _TRACKED) not in here]
    return data if not new else _ended(data) + b"\n".join(new) + b"\n"


def untracked(data: bytes | None, patterns: Sequence[bytes], *, at_root: bool) -> bytes | None:
    """Without the lines of these patterns; None: nothing is left, or was there.

    at_root: a pattern that had no line of its own here gets one that undoes others'
    """
    lines = (data or b"").split(b"\n")
    gone = {one + _TRACKED for one in patterns}
    kept = [line for line in lines if line.strip() not in gone]
    found = {line.strip() for line in lines}
    undone = [one + _UNTRACKED for one in patterns if one + _TRACKED not in found]
    if at_root and undone and any(word in line for line in kept for word in _NAMED):
        new = [line for line in undone if line not in found]
        return _ended(b"\n".join(kept)) + b"".join(line + b"\n" for line in new)
    return _or_nothing(data, b"\n".join(kept))


def without_ours(data: bytes | None) -> bytes | None:
    """Without anything of ours: our lines go, others lose the words of ours in them."""
    if data is None:
        return None
    kept = []
    for line in data.split(b"\n"):
        head, rest = parts(line)
        words = _WORD.findall(rest)
        if not any(word in _NAMED for word in words):
            kept.append(line)
        elif left := [word for word in words if word not in (*_NAMED, b"-text")]:
            kept.append(b" ".join([head, *left, *([b"-text"] * (b"-text" in words))]))
        elif head.strip().startswith(b"[attr]"):
            kept.append(head)  # lines may name the macro
    return _or_nothing(data, b"\n".join(kept))


def _ended(data: bytes | None) -> bytes:
    return data + b"\n" if data and not data.endswith(b"\n") else data or b""


def _or_nothing(before: bytes | None, after: bytes) -> bytes | None:
    """A file of which nothing is left goes; one that was empty already stays."""
    return None if not after and before else before if after == before else after

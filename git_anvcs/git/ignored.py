"""Whether Git ignores a file, told from `.gitignore` files alone: for hooks that start no process.

As gitignore(5) has it, but for `core.excludesFile` and `core.ignoreCase`, which stand in
configuration: what only these ignore counts as not ignored.
"""

import os
from pathlib import Path
import re
from typing import NamedTuple

from git_anvcs.git.locate import Place

_LARGEST = 1 << 20  # of one file of rules
_LARGEST_INDEX = 64 << 20
_WILD = re.compile(rb"[*?\[\\]")
_ESCAPED_SPACE = re.compile(rb"(?<!\\)((?:\\\\)*)[ ]+$")

_CLASSES = {
    b"alnum": rb"a-zA-Z0-9",
    b"alpha": rb"a-zA-Z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"\x21-\x7e",
    b"lower": rb"a-z",
    b"print": rb"\x20-\x7e",
    b"punct": rb"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    b"space": rb" \t-\r",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9a-fA-F",
}


class _Rule(NamedTuple):
    """One line. takes: whether it ignores; folders: only these; whole: the path, not the name

    start: what stands before the first sign of the glob; all of it when there is none
    """

    glob: bytes
    start: bytes
    takes: bool
    folders: bool
    whole: bool

    def fits(self, said: bytes) -> bool:
        """Whether it is of this path or name. Few rules get to a regular expression: to make
        one takes longer than all the rest.
        """
        if not said.startswith(self.start) or self.start == self.glob:
            return said == self.glob
        rest = self.glob[1:]
        if not self.whole and self.glob.startswith(b"*") and not _WILD.search(rest):
            return said.endswith(rest)
        # As Git does: compared from the first sign on, so that stars after a text are a step, too.
        done = len(self.start)
        expression = _expression(self.glob[done:], whole=self.whole)
        return expression is not None and bool(re.fullmatch(expression, said[done:], re.DOTALL))


def is_ignored(place: Place, path: str) -> bool:
    """Whether the file, named from the top of the worktree, is ignored and not tracked.

    A file in an ignored folder is, whatever the rules further in say.
    """
    return by_rules(place, path) and not _in_index(place, os.fsencode(path))


def by_rules(place: Place, path: str) -> bool:
    """The same of a file as if it were not tracked."""
    steps = os.fsencode(path).split(b"/")
    rules = [(0, _rules(place.common_dir / "info/exclude"))]
    for depth in range(len(steps)):
        folder = place.root / os.fsdecode(b"/".join(steps[:depth]))
        rules.append((depth, _rules(folder / ".gitignore")))
        if _decided(rules, steps[: depth + 1], is_folder=depth + 1 < len(steps)):
            return True
    return False


def _decided(rules: list[tuple[int, list[_Rule]]], steps: list[bytes], *, is_folder: bool) -> bool:
    """What the last rule that fits says, the files further in before those further out."""
    for depth, found in reversed(rules):
        path = b"/".join(steps[depth:])
        for rule in reversed(found):
            if (is_folder or not rule.folders) and rule.fits(path if rule.whole else steps[-1]):
                return rule.takes
    return False


def _rules(file: Path) -> list[_Rule]:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            text = opened.read(_LARGEST)
    except OSError:
        return []
    lines = text.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    found = (_rule(line.removesuffix(b"\r")) for line in lines if line[:1] != b"#")
    return [rule for rule in found if rule]


def _rule(line: bytes) -> _Rule | None:
    line = _ESCAPED_SPACE.sub(rb"\1", line)
    takes = not line.startswith(b"!")
    line = line if takes else line[1:]
    folders = line.endswith(b"/")
    line = line.removesuffix(b"/")
    whole = b"/" in line
    line = line.removeprefix(b"/")
    if not line:
        return None
    sign = _WILD.search(line)
    return _Rule(line, line[: sign.start()] if sign else line, takes, folders, whole)


def _expression(glob: bytes, *, whole: bool) -> bytes | None:
    """The glob as a regular expression; None for one that fits nothing."""
    made, at = b"", 0
    while at < len(glob):
        char = glob[at : at + 1]
        if char == b"*":
            part, at = _stars(glob, at, whole=whole)
        elif char == b"?":
            part, at = rb"[^/]", at + 1
        elif char == b"[":
            part, at = _class(glob, at)
        else:
            at += char == b"\\"
            part, at = re.escape(glob[at : at + 1]), at + 1
        if not part:
            return None
        made += part
    return made


def _stars(glob: bytes, at: int, *, whole: bool) -> tuple[bytes, int]:
    """Two stars or more, a step of their own, are any number of steps; else anything but `/`."""
    end = at
    while glob[end : end + 1] == b"*":
        end += 1
    alone = (at == 0 or glob[at - 1 : at] == b"/") and glob[end : end + 1] in (b"", b"/")
    if not (whole and alone and end - at >= 2):
        return rb"[^/]*", end
    return (rb"(?:.*/)?", end + 1) if glob[end : end + 1] else (rb".*", end)


def _class(glob: bytes, at: int) -> tuple[bytes, int]:
    """A `[…]` and where it ends; an empty expression when it does not."""
    at += 1
    negated = glob[at : at + 1] in (b"!", b"^")
    at += negated
    made, first = b"", True
    while first or glob[at : at + 1] != b"]":
        first = False
        named = re.compile(rb"\[:([a-z]*):\]").match(glob, at)
        if named:
            if named[1] not in _CLASSES:
                return b"", at
            made, at = made + _CLASSES[named[1]], named.end()
            continue
        low, at = _member(glob, at)
        high, after = _member(glob, at + 1)
        if glob[at : at + 1] == b"-" and high and glob[at + 1 : at + 2] != b"]":
            made += _range(low, high)
            at = after
        else:
            made += _range(low, low)
        if not low or at >= len(glob):
            return b"", at
    inside = made or rb"^\x00-\xff"
    return rb"(?!/)[%s%s]" % (b"^" if negated and made else b"", inside), at + 1


def _member(glob: bytes, at: int) -> tuple[bytes, int]:
    at += glob[at : at + 1] == b"\\"
    return glob[at : at + 1], at + 1


def _range(low: bytes, high: bytes) -> bytes:
    """From one to the other; backwards it is the first alone."""
    if not low:
        return b""
    return rb"\x%02x-\x%02x" % (low[0], high[0] if low <= high else low[0])


def _in_index(place: Place, path: bytes) -> bool:
    """Whether the index seems to have the file: its length, its name and NUL stand there.

    The length is the low 12 bits before the name (gitformat-index(5)), or two bytes further on in
    an extended entry. Not told where the index compresses names (version 4): then it counts as
    ignored.
    """
    size = min(len(path), 0xFFF).to_bytes(2, "big")
    try:
        with (place.git_dir / "index").open("rb") as file:
            data = file.read(_LARGEST_INDEX)
    except OSError:
        return False
    at = data.find(path + b"\0")
    while at >= 0:
        for flags in (data[at - 2 : at], data[at - 4 : at - 2]):
            if len(flags) == 2 and bytes((flags[0] & 0x0F, flags[1])) == size:
                return True
        at = data.find(path + b"\0", at + 1)
    return False

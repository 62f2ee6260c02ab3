"""Lines of `.gitignore` files and what they say of a path (gitignore(5), dir.c). Pure."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
import os
import re
from typing import NamedTuple

from git_anvcs.git.wildmatch import matcher

_WILD = re.compile(rb"[*?\[\\]")
_ESCAPED_SPACE = re.compile(rb"(?<!\\)((?:\\\\)*)[ ]+$")


class Rule(NamedTuple):
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
        found = _matcher(self.glob[done:], self.whole)
        return found is not None and bool(found.fullmatch(said[done:]))


class Patterns:
    """Lines as of one `.gitignore` at the top, asked of files."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._rules = [(0, read(os.fsencode(line) for line in lines))]

    def take(self, path: str) -> bool:
        """Whether that file would ignore this one: it, or a folder that it is in."""
        steps = os.fsencode(path).split(b"/")
        depths = range(1, len(steps) + 1)
        return any(
            decided(self._rules, steps[:depth], is_folder=depth < len(steps)) for depth in depths
        )


def read(lines: Iterable[bytes]) -> list[Rule]:
    """The rules among the lines of a file; the last that fits counts."""
    found = (_rule(line.removesuffix(b"\r")) for line in lines if line[:1] != b"#")
    return [rule for rule in found if rule]


def decided(
    rules: Sequence[tuple[int, Sequence[Rule]]], steps: Sequence[bytes], *, is_folder: bool
) -> bool:
    """What the last rule that fits says, the files further in before those further out.

    rules: with the depth of the folder of each file; steps: of the path from the top
    """
    for depth, found in reversed(rules):
        path = b"/".join(steps[depth:])
        for rule in reversed(found):
            if (is_folder or not rule.folders) and rule.fits(path if rule.whole else steps[-1]):
                return rule.takes
    return False


def _rule(line: bytes) -> Rule | None:
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
    return Rule(line, line[: sign.start()] if sign else line, takes, folders, whole)


@lru_cache(maxsize=1 << 10)
def _matcher(glob: bytes, whole: bool) -> re.Pattern[bytes] | None:
    return matcher(glob, by_folder=whole)

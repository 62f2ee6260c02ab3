"""Whether Git ignores a file, told from `.gitignore` files alone: for hooks that start no process.

As gitignore(5) has it, but for `core.excludesFile` and `core.ignoreCase`, which stand in
configuration: what only these ignore counts as not ignored.
"""

import os
from pathlib import Path

from git_anvcs.git import ignore_rules
from git_anvcs.git.ignore_rules import Rule
from git_anvcs.git.locate import Place

_LARGEST = 1 << 20  # of one file of rules
_LARGEST_INDEX = 64 << 20


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
        if ignore_rules.decided(rules, steps[: depth + 1], is_folder=depth + 1 < len(steps)):
            return True
    return False


def _rules(file: Path) -> list[Rule]:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            text = opened.read(_LARGEST)
    except OSError:
        return []
    return ignore_rules.read(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"))


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

"""Where Git borrows objects from: `objects/info/alternates` (gitrepository-layout(5))."""

from collections.abc import Iterator
import os
from pathlib import Path

from git_anvcs.git.quoted import unquoted

_DEEPEST = 5  # as Git
_FILE = "info/alternates"


def folders(objects: Path) -> list[Path]:
    """The folders of objects that these borrow from, each once, the nearest first."""
    found: list[Path] = []
    nearest = [objects]
    for _ in range(_DEEPEST):
        nearest = [one for folder in nearest for one in _named(folder) if one not in found]
        nearest = [one for one in dict.fromkeys(nearest) if one != objects]
        found += nearest
    return found


def _named(objects: Path) -> Iterator[Path]:
    try:
        lines = (objects / _FILE).read_bytes().split(b"\n")
    except OSError:
        return
    for line in lines:
        if line and not line.startswith(b"#"):
            try:
                yield (objects / os.fsdecode(unquoted(line))).resolve()
            except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL
                continue

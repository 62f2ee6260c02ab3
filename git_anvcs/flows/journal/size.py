"""How much a journal holds, and what of it costs how much."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from heapq import nlargest
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import limiting
from git_anvcs.journal.journal import Journal
from git_anvcs.store import contents

_LEAST_ROOM = 1 << 20  # bytes: what a look may need


class Measured(NamedTuple):
    """since: of the first operation, in seconds since the epoch, 0 for none; bytes: on disk"""

    operations: int
    since: float
    worktrees: int
    contents: int
    bytes: int
    let_go: int
    let_go_bytes: int


class Dear(NamedTuple):
    """A path, with how many contents of it are kept whole, and their bytes on disk.

    One that several paths held counts for each of them.
    """

    path: str
    contents: int
    bytes: int


class Costs(NamedTuple):
    """Bytes on disk. damaged: what mendings set aside; contents: those kept whole, how many files

    let_go, let_go_bytes: how many went for the limit, and what they took
    dearest: the paths that cost most, the dearest first
    """

    database: int
    segments: int
    damaged: int
    contents_bytes: int
    contents: int
    let_go: int
    let_go_bytes: int
    dearest: tuple[Dear, ...]


def measured(here: Opened) -> Measured:
    journal = here.journal
    kept = [size for _, size in contents.all_of(journal.contents)]
    files = [journal.file, *journal.file.parent.glob(f"{journal.file.name}-*")]
    on_disk = sum(kept) + sum(file.stat().st_size for file in files)
    gone = limiting.gone_so_far(journal)
    lanes = len(journal.lanes())
    return Measured(journal.last(), journal.since(), lanes, len(kept), on_disk, *gone)


def costs(here: Opened, most: int = 10) -> Costs:
    """most: so many of the dearest paths. Raises Damaged."""
    journal = here.journal
    kept = dict(contents.all_of(journal.contents))
    folder = journal.file.parent
    return Costs(
        _bytes(folder.glob(f"{journal.file.name}*")), _bytes(journal.segments.glob("*")),
        _bytes(folder.glob("damaged-*/*")), sum(kept.values()), len(kept),
        *limiting.gone_so_far(journal), _dearest(journal, kept, most),
    )  # fmt: skip


def _dearest(journal: Journal, kept: Mapping[bytes, int], most: int) -> tuple[Dear, ...]:
    found: dict[str, tuple[int, int]] = {}
    for path, digest in limiting.contents_of_paths(journal):
        if digest in kept:
            count, size = found.get(path, (0, 0))
            found[path] = count + 1, size + kept[digest]
    dear = [Dear(path, *values) for path, values in found.items()]
    return tuple(nlargest(most, dear, key=lambda one: (one.bytes, one.path)))


def _bytes(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        with suppress(OSError):
            total += file.stat().st_size
    return total


def no_room(folder: Path) -> str:
    """That the disk of the folder has hardly any room left; empty when it has."""
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    return f"the disk of {folder} has {free:,} bytes left" if free < _LEAST_ROOM else ""

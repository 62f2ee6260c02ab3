"""How much a journal holds."""

import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.store import contents

_LEAST_ROOM = 1 << 20  # bytes: what a look may need


class Measured(NamedTuple):
    """since: of the first operation, in seconds since the epoch, 0 for none; bytes: on disk"""

    operations: int
    since: float
    worktrees: int
    contents: int
    bytes: int


def measured(here: Opened) -> Measured:
    journal = here.journal
    kept = [size for _, size in contents.all_of(journal.contents)]
    files = [journal.file, *journal.file.parent.glob(f"{journal.file.name}-*")]
    on_disk = sum(kept) + sum(file.stat().st_size for file in files)
    return Measured(journal.last(), journal.since(), len(journal.lanes()), len(kept), on_disk)


def no_room(folder: Path) -> str:
    """That the disk of the folder has hardly any room left; empty when it has."""
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    return f"the disk of {folder} has {free:,} bytes left" if free < _LEAST_ROOM else ""

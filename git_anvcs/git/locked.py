"""Whether a git holds a worktree's index or HEAD, and may be writing its files.

A lock that was left behind by a git that died is told from one that is held by who has it open
(proc(5)), where the system says so; elsewhere by its age alone.
"""

from contextlib import suppress
import os
from pathlib import Path
import time

# A lock that is older was left behind, unless somebody has it open.
LEFT_BEHIND = 5.0
_LOCKS = ("index.lock", "HEAD.lock")
_PROCESSES = Path("/proc")


def is_young(git_dir: Path) -> bool:
    """Whether there is a lock of the last seconds."""
    return any(age < LEFT_BEHIND for _, age in _locks(git_dir))


def is_held(git_dir: Path) -> bool:
    """Whether there is a lock that a git of this user has open: it looks at every process."""
    return any(_has_open(lock) for lock, _ in _locks(git_dir))


def _locks(git_dir: Path) -> list[tuple[Path, float]]:
    """Those that are there, with their age in seconds."""
    found = []
    for name in _LOCKS:
        with suppress(OSError):
            age = time.time() - (git_dir / name).stat().st_mtime
            found.append((git_dir / name, abs(age)))  # a clock may have been set back
    return found


def _has_open(lock: Path) -> bool:
    with suppress(OSError):
        wanted = lock.stat()
        for process in _PROCESSES.iterdir():
            if process.name.isdecimal() and _is_git(process) and _opened(process, wanted):
                return True
    return False


def _is_git(process: Path) -> bool:
    try:
        return (process / "comm").read_bytes().startswith(b"git")
    except OSError:
        return False


def _opened(process: Path, wanted: os.stat_result) -> bool:
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                found = descriptor.stat()
                if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                    return True
    return False

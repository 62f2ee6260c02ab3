"""Whether refs or HEAD moved, told from files alone: no git is started, nothing is read.

Git replaces the file of a ref by renaming another one, so that a moved ref has another inode.
"""

from collections.abc import Iterator
import os
from pathlib import Path

from git_anvcs.git.repo import Repo

# What a file is known by: its name, when it was written, its size, its inode.
Seen = tuple[str, int, int, int]


def signature(repo: Repo) -> tuple[Seen, ...]:
    """Equal as long as no ref, no HEAD of this worktree and no end of a shallow clone moved."""
    return tuple(_seen(repo))


def seen(file: Path) -> tuple[Seen, ...]:
    """What one file is known by; nothing where there is no such file."""
    return tuple(_of(file))


def files(folder: Path, beginning: str = "") -> Iterator[Seen]:
    """The files of one folder whose names begin so, if there is such a folder."""
    for entry in _entries(folder):
        if entry.name.startswith(beginning) and entry.is_file():
            yield from _of(entry)


def _seen(repo: Repo) -> Iterator[Seen]:
    common = repo.common_dir
    named = [repo.git_dir / "HEAD", common / "packed-refs", common / "shallow"]
    folders = dict.fromkeys([common, repo.git_dir])
    for path in (*named, *(folder / "reftable" / "tables.list" for folder in folders)):
        yield from _of(path)
    for folder in folders:
        yield from _below(folder / "refs")


def _below(folder: Path | str) -> Iterator[Seen]:
    """Every file below a folder; one that goes away meanwhile is a change, not an error."""
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path)
        elif not entry.name.endswith(".lock"):
            yield from _of(entry)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; nothing where there is no such folder (any more)."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _of(file: Path | os.DirEntry[str]) -> Iterator[Seen]:
    try:
        stat = file.stat()
    except OSError:
        return
    yield os.fspath(file), stat.st_mtime_ns, stat.st_size, stat.st_ino

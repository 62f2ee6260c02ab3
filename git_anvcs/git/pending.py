"""What the operations that are not ended yet point at, in all worktrees of a repository.

A merge, a rebase, a cherry-pick, a bisection keep ids in files of their own, and Git's own list of
all that is reachable has not all of them (gitrepository-layout(5), git-rebase(1)).
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
import re

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo

_ID = re.compile(rb"\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b")
_LONGEST = 4 << 20  # bytes of such a file
_FILES = ("*_HEAD", "AUTO_MERGE", "MERGE_AUTOSTASH", "rebase-merge/*", "rebase-apply/*",
          "sequencer/*", "refs/**/*")  # fmt: skip
_ENTRY = re.compile(rb"^[0-7]+ ([0-9a-f]+) \d\t", re.MULTILINE)


def ids(repo: Repo) -> list[str]:
    """Ids of objects that are here, each once."""
    found: dict[str, None] = {}
    for folder in _git_dirs(repo):
        for pattern in _FILES:
            if folder == repo.common_dir and pattern.startswith("refs"):
                continue  # of these Git knows
            for file in folder.glob(pattern):
                found.update(dict.fromkeys(_named(file)))
        for index in folder.glob("*index*"):
            found.update(dict.fromkeys(_staged(repo, index)))
    return [oid for oid in objects.ids(repo, found) if oid]


def _git_dirs(repo: Repo) -> Iterator[Path]:
    yield repo.common_dir
    yield from (repo.common_dir / "worktrees").glob("*")


def _named(file: Path) -> Iterator[str]:
    with suppress(OSError):
        if file.is_file() and file.stat().st_size <= _LONGEST:
            yield from (oid.decode() for oid in _ID.findall(file.read_bytes()))


def _staged(repo: Repo, index: Path) -> Iterator[str]:
    """The blobs of an index that a git is writing, or has left behind."""
    if index.name == "index" or index.name.startswith("sharedindex"):
        return  # Git knows them
    with suppress(OSError):
        if index.is_file() and index.read_bytes()[:4] == b"DIRC":
            done = repo.try_git("ls-files", "-s", env={"GIT_INDEX_FILE": str(index)})
            yield from (oid.decode() for oid in _ENTRY.findall(done.stdout))

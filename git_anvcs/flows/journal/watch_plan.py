"""Which folders of a repository are watched: those whose files Git would not ignore.

`.git` itself, because every movement of HEAD, refs and index shows there; never its objects.
"""

from collections.abc import Iterator
import os
from pathlib import Path

from git_anvcs.git.repo import Repo

_GIT = ".git"
_MOST_ASKED = 1000  # of one git: its arguments have a limit
_IGNORED = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")


def worktree_folders(repo: Repo, below: str = "") -> Iterator[str]:
    """The folders of the worktree that may hold something to keep, its top (or `below`) first."""
    listed = repo.git(*_IGNORED, *(("--", f":(top,literal){below}") if below else ()))
    names = {os.fsdecode(name).rstrip("/") for name in listed.split(b"\0") if name.endswith(b"/")}
    tracked = _tracked_folders(repo, names) if names else set()
    top = str(repo.root)
    ignored = {f"{top}/{name}" for name in names if name not in tracked}
    steps = below.split("/") if below else []
    above = {f"{top}/{'/'.join(steps[:count])}" for count in range(1, len(steps) + 1)}
    if not above & ignored:
        yield from _walk(f"{top}/{below}" if below else top, ignored)


def git_folders(repo: Repo) -> Iterator[str]:
    """The folders of Git where HEAD, the index and refs are written."""
    yield str(repo.git_dir)
    common = str(repo.common_dir)
    if common != str(repo.git_dir):
        yield common
    yield f"{common}/logs/refs"
    yield f"{common}/info"
    for name in ("heads", "tags"):
        yield from _walk(f"{common}/refs/{name}", set())
    if (repo.common_dir / "reftable").is_dir():
        yield f"{common}/reftable"


def is_git_folder(path: str) -> bool:
    """Whether a repository of its own begins there."""
    return os.path.lexists(f"{path}/{_GIT}")


def _tracked_folders(repo: Repo, names: set[str]) -> set[str]:
    """Those of the ignored folders in which something is tracked all the same."""
    asked = [f":(top,literal){name}" for name in sorted(names)]
    found = set()
    for start in range(0, len(asked), _MOST_ASKED):
        listed = repo.git("ls-files", "-z", "--", *asked[start : start + _MOST_ASKED])
        for file in map(os.fsdecode, listed.split(b"\0")[:-1]):
            steps = file.split("/")
            found |= names & {"/".join(steps[:count]) for count in range(1, len(steps))}
    return found


def _walk(top: str, left_out: set[str]) -> Iterator[str]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                inner = [e.path for e in found if e.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        yield folder
        waiting += [
            path
            for path in inner
            if path not in left_out and Path(path).name != _GIT and not is_git_folder(path)
        ]

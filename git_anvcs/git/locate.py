"""Which repository a path lies in, told from files alone: for hooks that cannot wait for git.

`Repo.discover` asks git and is right in every case; this reads `.git`, `gitdir:` and `commondir`
(gitrepository-layout(5)), knows nothing of GIT_DIR, and answers None on any doubt.
"""

from collections.abc import Mapping
import os
from pathlib import Path
from typing import NamedTuple

_LONGEST_POINTER = 8192


class Place(NamedTuple):
    """One worktree: its top, its own Git directory, and the one all worktrees share.

    All three are real paths without symbolic links; `root` is the Git directory itself when the
    path lies in a bare repository or in a Git directory.
    """

    root: Path
    git_dir: Path
    common_dir: Path


def locate(start: Path) -> Place | None:
    """The repository that the file or directory `start` lies in, whether it exists or not."""
    try:
        real = start.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL
        return None
    for here in (real, *real.parents):
        git_dir = _git_dir(here / ".git")
        if git_dir is not None:
            return Place(here, git_dir, _common_dir(git_dir))
        if _is_git_dir(here):
            return Place(here, here, _common_dir(here))
    return None


def called_in(cwd: Path, env: Mapping[str, str]) -> Place | None:
    """The repository in which Git started this program: it says so, or it is that of `cwd`."""
    named = env.get("GIT_DIR")
    if not named:
        return locate(cwd)
    git_dir = (cwd / named).resolve()
    if not _is_git_dir(git_dir):
        return None
    root = (cwd / env.get("GIT_WORK_TREE", ".")).resolve()
    return Place(root, git_dir, _common_dir(git_dir))


def _git_dir(entry: Path) -> Path | None:
    """What a `.git` is: the directory itself, or the one a `gitdir:` file names."""
    if _is_git_dir(entry):
        return entry.resolve()
    pointed = _first_line(entry)
    if not pointed.startswith("gitdir: "):
        return None
    target = (entry.parent / pointed.removeprefix("gitdir: ")).resolve()
    return target if _is_git_dir(target) else None


def _is_git_dir(path: Path) -> bool:
    try:
        return (path / "HEAD").is_file() and (
            (path / "objects").is_dir() or (path / "commondir").is_file()
        )
    except OSError:
        return False


def _common_dir(git_dir: Path) -> Path:
    pointed = _first_line(git_dir / "commondir")
    return (git_dir / pointed).resolve() if pointed else git_dir


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_POINTER)
    except OSError:
        return ""
    return os.fsdecode(data).split("\n", 1)[0]

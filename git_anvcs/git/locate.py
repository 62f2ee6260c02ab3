"""Which repository a path lies in, told from files alone: for hooks that cannot wait for git.

`Repo.discover` asks git and is right in every case; this reads `.git`, `gitdir:` and `commondir`
(gitrepository-layout(5)), knows nothing of GIT_DIR, and answers None on any doubt. It works on
names as strings: a filter that finds its content at once never loads pathlib.
"""

from collections.abc import Iterator, Mapping
import errno
import os
from os.path import dirname, isdir, isfile, join, realpath

from git_anvcs.kernel.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_POINTER = 8192


class Place(NamedTuple):
    """One worktree: its top, its own Git directory, and the one all worktrees share.

    All three are real paths without symbolic links; `root` is the Git directory itself when the
    path lies in a bare repository or in a Git directory.
    """

    root: "Path"
    git_dir: "Path"
    common_dir: "Path"


class Names(NamedTuple):
    """A Place, as strings."""

    root: str
    git_dir: str
    common_dir: str

    def place(self) -> Place:
        """The same as paths."""
        from pathlib import Path

        return Place(Path(self.root), Path(self.git_dir), Path(self.common_dir))


def locate(start: "Path") -> Place | None:
    """The repository that the file or directory `start` lies in, whether it exists or not."""
    found = _names(os.fspath(start))
    return found.place() if found else None


def called_in(cwd: str, env: Mapping[str, str]) -> Names | None:
    """The repository in which Git started this program: it says so, or it is that of `cwd`."""
    named = env.get("GIT_DIR")
    if not named:
        return _names(cwd)
    git_dir = realpath(join(cwd, named))
    if not _is_git_dir(git_dir):
        return None
    root = realpath(join(cwd, env.get("GIT_WORK_TREE", ".")))
    return Names(root, git_dir, _common_dir(git_dir))


def _names(start: str) -> Names | None:
    try:
        real = realpath(start)
    except ValueError:  # a NUL
        return None
    if _is_loop(real):
        return None
    for here in _upwards(real):
        git_dir = _git_dir(join(here, ".git"))
        if git_dir is not None:
            return Names(here, git_dir, _common_dir(git_dir))
        if _is_git_dir(here):
            return Names(here, here, _common_dir(here))
    return None


def _is_loop(path: str) -> bool:
    """Whether links of the path lead back to themselves; realpath(3) leaves those in it."""
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def _upwards(path: str) -> Iterator[str]:
    """The path and every folder above it."""
    yield path
    while (above := dirname(path)) != path:
        path = above
        yield path


def _git_dir(entry: str) -> str | None:
    """What a `.git` is: the directory itself, or the one a `gitdir:` file names."""
    if _is_git_dir(entry):
        return realpath(entry)
    pointed = _first_line(entry)
    if not pointed.startswith("gitdir: "):
        return None
    target = realpath(join(dirname(entry), pointed.removeprefix("gitdir: ")))
    return target if _is_git_dir(target) else None


def _is_git_dir(path: str) -> bool:
    return isfile(join(path, "HEAD")) and (
        isdir(join(path, "objects")) or isfile(join(path, "commondir"))
    )


def _common_dir(git_dir: str) -> str:
    pointed = _first_line(join(git_dir, "commondir"))
    return realpath(join(git_dir, pointed)) if pointed else git_dir


def _first_line(path: str) -> str:
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read(_LONGEST_POINTER) or b""
    except OSError:
        return ""
    return os.fsdecode(data).split("\n", 1)[0]

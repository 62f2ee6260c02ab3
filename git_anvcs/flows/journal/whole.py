"""Story: a whole worktree as it was, written into a folder of its own."""

from collections.abc import Mapping
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows.journal import attributes, put_back
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.put_back import InTheWay
from git_anvcs.flows.journal.then import NOT_HERE, Held, Then, tree_files
from git_anvcs.git.repo import Repo
from git_anvcs.journal.history import Content
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store.atomic import CannotWrite


class Written(NamedTuple):
    """files: how many; left: path -> why it is missing"""

    files: int
    left: Mapping[str, str]


def write(here: Opened, n: int, folder: Path) -> Written:
    """Fill a new or empty folder. Raises UsageError when it is neither, CannotWrite, GitFailed."""
    make(folder)
    return fill(here, n, folder)


def fill(here: Opened, n: int, folder: Path, *, git: bool = True) -> Written:
    """The same for a folder in which nothing is that Git looks at. Raises GitFailed.

    git: False leaves out what only Git has
    """
    then = Then(here, n)
    is_here = then.is_here or not git
    files = _from_git(here.repo, then, folder) if then.head and is_here and git else set()
    left = {} if is_here else {".": f"{NOT_HERE}: {then.head[:10]}"}
    for path, held in then.contents(then.differing()):
        try:
            _put(folder, path, held, files)
        except (InTheWay, OSError) as error:
            left[path] = str(error)
        if isinstance(held, str):
            left[path] = held
    return Written(len(files), left)


def make(folder: Path) -> None:
    """A new or empty folder. Raises UsageError when it is neither, CannotWrite."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty", hint="name a folder that is not there yet")
    except FileExistsError as error:
        raise UsageError(f"{folder} is a file") from error
    except OSError as error:
        raise CannotWrite(f"cannot write {folder}: {error.strerror}") from error


def _put(folder: Path, path: str, held: Held, files: set[str]) -> None:
    """One file as it was; files: those that are there, kept right."""
    if isinstance(held, Content):
        put_back.write(folder, path, held)
        files.add(path)
    elif path in files:
        put_back.remove(folder, path)
        files.remove(path)


def named(repo: Repo, cwd: Path, said: str) -> str:
    """A path as people give it, from where they are, as the journal has it. Raises UsageError.

    As Git has it, `:/` is the top of the worktree.
    """
    start = repo.root if said.startswith(":/") else cwd
    path = Path(os.path.normpath(start / said.removeprefix(":/")))
    try:
        return path.relative_to(repo.root).as_posix()
    except ValueError:
        raise UsageError(f"{said} is outside of {repo.root}") from None


def _from_git(repo: Repo, then: Then, folder: Path) -> set[str]:
    """Every file of its HEAD, as a checkout wrote it; the user's index is not touched."""
    told = then.attributes(tree_files(repo, then.head))
    with attributes.as_of(repo, told) as seen:
        seen.git("read-tree", then.head)
        seen.git("checkout-index", "-a", "-f", f"--prefix={folder.absolute()}/")
        listed = seen.git("ls-files", "-z")
    return {os.fsdecode(path) for path in listed.split(b"\0")[:-1]}

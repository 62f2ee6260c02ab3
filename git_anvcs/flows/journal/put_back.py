"""Write a file of a worktree as the journal has it; nothing is followed out of the worktree."""

from contextlib import suppress
from functools import cache
import os
from pathlib import Path
import stat

from git_anvcs.git.locate import locate
from git_anvcs.journal.disk import LINK, PROGRAM
from git_anvcs.journal.history import Content
from git_anvcs.kernel.process import alive
from git_anvcs.store.paths import Paths, make_folder


class InTheWay(Exception):
    """Something else stands where the file, or a folder above it, must be."""


def write(root: Path, path: str, content: Content) -> None:
    """The file gets these bytes, as a whole. Raises InTheWay, OSError.

    Who else may read and write it stays as it is, where a file is there now.
    """
    place = _ready(root, path)
    temporary = _beginning(root, place)
    try:
        if content.mode == LINK:
            temporary.symlink_to(os.fsdecode(content.data))
        else:
            mode = 0o777 if content.mode == PROGRAM else 0o666
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
                file.write(content.data)
                if (allowed := _allowed(place)) is not None:
                    os.fchmod(file.fileno(), allowed | (mode & 0o111 & allowed >> 2))
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(place)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _allowed(place: Path) -> int | None:
    """Who may read and write the file that is there; None when there is none."""
    with suppress(OSError):
        found = place.lstat()
        if stat.S_ISREG(found.st_mode):
            return found.st_mode & 0o666
    return None


def _beginning(root: Path, place: Path) -> Path:
    """Where a file is before it is whole: in Git's folder, where a killed process leaves no litter

    among the user's files, when that is on the same file system; else beside its place.
    """
    name = f"{os.getpid()}.{os.urandom(4).hex()}.tmp"
    folder = _folder_of_git(root)
    with suppress(OSError):
        if folder and folder.stat().st_dev == place.parent.stat().st_dev:
            return folder / name
    return place.with_name(f".{place.name[:80]}.{name}")


@cache
def _folder_of_git(root: Path) -> Path | None:
    """Made if need be, and without what the dead have left there."""
    found = locate(root)
    if found is None:
        return None
    folder = Paths(found.common_dir).journal / "new"
    with suppress(OSError, ValueError):
        make_folder(folder, mode=0o700)
        for left in folder.glob("*.tmp"):
            if not alive(int(left.name.partition(".")[0])):
                left.unlink(missing_ok=True)
    return folder


def remove(root: Path, path: str) -> None:
    """The file goes, and folders that are empty without it. Raises InTheWay, OSError."""
    place = _ready(root, path, make=False)
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == root:
            break
        try:
            folder.rmdir()
        except OSError:
            break


def _ready(root: Path, path: str, *, make: bool = True) -> Path:
    """The place of a file, with the folders above it; none of them may be a link."""
    *folders, name = path.split("/")
    here = root
    for step in folders:
        here = here / step
        if not here.is_symlink() and here.is_dir():
            continue
        if os.path.lexists(here):
            raise InTheWay(f"{here.relative_to(root)} is no folder")
        if make:
            here.mkdir()
    place = here / name
    with suppress(FileNotFoundError, NotADirectoryError):
        found = os.lstat(place)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            if make and stat.S_ISDIR(found.st_mode):
                with suppress(OSError):
                    place.rmdir()  # an empty one holds nothing
                    return place
            raise InTheWay(f"{path} is a folder or a device now")
    return place

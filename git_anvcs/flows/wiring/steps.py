"""Files written, moved and deleted as one: all of the steps happen, or none."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
import os
from pathlib import Path
import stat
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic


class Write(NamedTuple):
    """`path` goes from `before` to `after`; None stands for "no such file".

    mode: of a new file; one that was there keeps its own
    """

    path: Path
    before: bytes | None
    after: bytes | None
    mode: int = 0o644


class Move(NamedTuple):
    """A file, or a symbolic link as such, gets another name in its folder."""

    source: Path
    target: Path


Step = Write | Move


class ChangedMeanwhile(AnvcsError):
    """A file is not what it was when the steps were planned."""


def read(path: Path) -> bytes | None:
    """The bytes of a file, None when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error


def missing_folders(steps: Iterable[Step]) -> list[Path]:
    """Folders that the steps will make, outermost first."""
    found: list[Path] = []
    for step in steps:
        if isinstance(step, Write) and step.after is not None:
            folders = [p for p in reversed(step.path.parents) if not p.exists() and p not in found]
            found += folders
    return found


def check(steps: Iterable[Step]) -> None:
    """Say now, before anything is touched, what could not be written."""
    for step in steps:
        path = step.target if isinstance(step, Move) else step.path
        folder = next(p for p in path.parents if p.exists())
        if not folder.is_dir():
            raise atomic.CannotWrite(f"cannot write {path}: {folder} is not a folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise atomic.CannotWrite(
                f"cannot write {path}: {folder} is read-only",
                hint="nothing was changed; make it writable and try again",
            )


def apply(steps: Sequence[Step], *, git_locked: Sequence[Path] = ()) -> None:
    """Do all of the steps; when one fails, undo those before it and raise.

    git_locked: files that Git itself writes under `<file>.lock`, such as its config
    """
    made = missing_folders(steps)
    undo = ExitStack()  # goes on when one step of it fails
    undo.callback(remove_empty, made)
    with ExitStack() as locks:
        try:
            for path in git_locked:
                locks.enter_context(_git_lock(path))
            for step in steps:
                _do(step)
                undo.callback(_do, _opposite(step))
        except BaseException:
            undo.close()
            raise


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of the folders that are empty, innermost first."""
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        try:
            folder.rmdir()
        except OSError:  # somebody else's file is in it, or it is gone
            continue


def _do(step: Step) -> None:
    match step:
        case Move(source, target):
            if target.exists() or target.is_symlink():
                raise ChangedMeanwhile(
                    f"{target} is there already", hint="move it away, then run it again"
                )
            try:
                source.rename(target)
            except OSError as error:
                raise atomic.CannotWrite(f"cannot rename {source}: {error.strerror}") from error
        case Write(path, before, after, mode):
            if read(path) != before:
                raise ChangedMeanwhile(f"{path} changed just now", hint="run it again")
            if after is None:
                path.unlink(missing_ok=True)
            else:
                _replace(path.resolve(), after, mode)  # a symbolic link stays one


def _replace(path: Path, text: bytes, mode: int) -> None:
    try:
        kept = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        atomic.write(path, text, mode=mode)
        return
    atomic.write(path, text, mode=kept)
    path.chmod(kept)  # whatever the umask is


def _opposite(step: Step) -> Step:
    match step:
        case Move(source, target):
            return Move(target, source)
        case Write(path, before, after, mode):
            return Write(path, after, before, mode)


@contextmanager
def _git_lock(path: Path) -> Iterator[None]:
    """Hold `<path>.lock` as git-config does, so that no git writes the file meanwhile."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    except FileExistsError:
        raise AnvcsError(
            f"another git writes {path}", hint=f"if none does, delete {lock}"
        ) from None
    except OSError as error:
        raise atomic.CannotWrite(
            f"cannot write {path}: {error.strerror}", hint="nothing was changed"
        ) from error
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)

"""Folders of ours among the temporary files, found again when a process that had one was killed.

Each has a name under `<common Git dir>/anvcs/scratch/`, locked as long as its process lives.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
import os
from pathlib import Path
import shutil
import stat
import tempfile

from git_anvcs.git.repo import Repo
from git_anvcs.kernel import ids
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import lock
from git_anvcs.store.lock import Locked
from git_anvcs.store.paths import Paths

_PREFIX = "anvcs-scratch-"


@contextmanager
def taken(repo: Repo) -> Iterator[Path]:
    """A new empty folder, deleted with the block. Raises AnvcsError where none can be made."""
    folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{ids.random_hex(8)}"
    name = Paths(repo.common_dir).scratch / folder.name
    with ExitStack() as stack:
        with _quiet(repo):  # else it could be swept before it is locked
            stack.enter_context(lock.held(name))
        try:
            name.write_text(str(folder))
            folder.mkdir(mode=0o700)
        except OSError as error:
            name.unlink(missing_ok=True)
            raise AnvcsError(
                f"no scratch folder can be made: {error.strerror} ({folder})",
                hint="TMPDIR names another place; nothing was changed",
            ) from error
        try:
            yield folder
        finally:
            _remove(folder)
            name.unlink(missing_ok=True)


def sweep(repo: Repo) -> list[Path]:
    """Delete the folders of processes that were killed; which ones there were."""
    found = []
    for name in sorted(Paths(repo.common_dir).scratch.glob(f"{_PREFIX}*")):
        with suppress(Locked, OSError), ExitStack() as stack:
            with _quiet(repo):
                stack.enter_context(lock.held(name, timeout=0))
            folder = Path(name.read_text())
            if folder.name == name.name:  # nothing else is ours to delete
                _remove(folder)
                found.append(folder)
            name.unlink(missing_ok=True)
    return found


def _quiet(repo: Repo) -> AbstractContextManager[None]:
    """While a name appears and is locked, nobody looks for names without a lock."""
    return lock.held(Paths(repo.common_dir).locks / "scratch")


def _remove(folder: Path) -> None:
    """Delete it, with what a program has made read-only in it."""
    shutil.rmtree(folder, ignore_errors=True)
    for inside, _, _ in os.walk(folder):
        with suppress(OSError):
            Path(inside).chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)

"""Story: a checkout is cut off before its large files have taken the place of their pointers.

A filter that answers Git with pointers first (flows/blobs/late) notes their paths in a list in the
worktree's own Git directory, which it locks while it lives: a list that nobody holds is of one that
was killed. A list only says where to look. What counts is what file and index hold now, which is
the pointer, both of them; so a list that is old, damaged or somebody's does no harm.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
import fcntl
import os
from pathlib import Path
import stat
import time

from git_anvcs.blobs import placing
from git_anvcs.blobs import pointer as pointers
from git_anvcs.git import index_file, objects
from git_anvcs.git.index_file import NotPatchable
from git_anvcs.git.locate import Names
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import LISTS

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_LONGEST = 64 << 20  # bytes of a list
_BEGINNING = 60  # seconds; a list as young as that and empty may not be locked yet


class List:
    """The list of one filter. It is there from the first path to `done`, or to the end of all."""

    def __init__(self, git_dir: str) -> None:
        self._name = Path(git_dir) / f"{LISTS}{os.getpid()}.{os.urandom(4).hex()}"
        self._file = -1

    def add(self, path: str) -> None:
        """Before Git is answered: who is killed then has said so. Raises OSError."""
        if self._file < 0:
            self._file = os.open(self._name, _NEW, 0o666)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(self._file, fcntl.LOCK_EX)
        os.write(self._file, os.fsencode(path) + b"\0")

    def done(self) -> None:
        """Whoever waits has heard of every file."""
        if self._file >= 0:
            with suppress(OSError):
                self._name.unlink()
            os.close(self._file)
            self._file = -1


def left(names: Names) -> list[str]:
    """The paths that are pointers since a filter was killed; lists without any go away."""
    found = set[str]()
    for name in _lists(names.git_dir):
        with suppress(OSError), _unheld(name) as noted:
            if noted is None:
                continue
            here = waiting(names, noted)
            found.update(here)
            if not here:
                name.unlink()
    return sorted(found)


def waiting(names: Names, paths: Iterable[str]) -> list[str]:
    """Those whose file is exactly the pointer that the index has."""
    held = {path: text for path in paths if (text := _pointer_at(names.root, path))}
    if not held:
        return []
    place = names.place()
    repo = Repo.of(place)
    try:
        data = (place.git_dir / "index").read_bytes()
        index = index_file.parse(data, repo.object_format, {os.fsencode(path) for path in held})
    except NotPatchable:  # split or sparse: Git would have to be asked
        return list(held)
    except OSError:
        return []
    blobs = {os.fsdecode(one.path): one.oid for one in index.entries if not one.stage}
    return [
        path
        for path, text in held.items()
        if objects.make(repo, "blob", text).oid == blobs.get(path)
    ]


def said(paths: Collection[str]) -> list[str]:
    """The sentence for standard error, if there is anything to say."""
    if not paths:
        return []
    one = len(paths) == 1
    files = "1 file is still a pointer" if one else f"{len(paths)} files are still pointers"
    return [f"{files}: `git-ai-blob checkout` writes {'it' if one else 'them'}"]


def _lists(git_dir: str) -> list[Path]:
    with suppress(OSError):
        return [one for one in Path(git_dir).iterdir() if one.name.startswith(LISTS)]
    return []


@contextmanager
def _unheld(name: Path) -> Iterator[list[str] | None]:
    """The paths of a list, ours for the block; None: a filter that lives holds it, or begins it."""
    file = os.open(name, _READ)
    try:
        found = os.fstat(file)
        begun = not found.st_size and time.time() - found.st_mtime < _BEGINNING
        free = stat.S_ISREG(found.st_mode) and not begun and _ours(file)
        yield _paths(file) if free else None
    finally:
        os.close(file)


def _ours(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks here
        return True
    return True


def _paths(file: int) -> list[str]:
    """Whole ones: what stands behind the last NUL was cut off before Git was answered."""
    with open(file, "rb", closefd=False) as data:
        rows = data.read(_LONGEST).split(b"\0")[:-1]
    return [os.fsdecode(row) for row in dict.fromkeys(rows)]


def _pointer_at(root: str, path: str) -> bytes:
    """What Git has of a file that is a pointer; nothing for any other."""
    if path.startswith("/") or ".." in path.split("/"):
        return b""
    text = placing.held(Path(root, path), pointers.LONGEST_SEEN)
    plain = pointers.with_plain_ends(text)
    return plain if pointers.parse(plain) else b""

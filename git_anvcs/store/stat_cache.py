"""Which content a file had when it was last read, so that a file nobody touched is not read again.

As Git's index does: a file with the same size, times and inode has the same bytes, unless it was
changed in the very moment it was read. So an entry counts only when the file's times lie before
the moment this cache began to read, told by the clock of the file system itself.
"""

from contextlib import suppress
import json
import os
from pathlib import Path

from git_anvcs.store.paths import Paths, make_folder, share
from git_anvcs.store.snapshots import is_key

_VERSION = 1
_FIELDS = 5

# Another file system may have another clock, or a coarser one (FAT: two seconds).
_SLACK_NS = 3_000_000_000


class StatCache:
    """What is known of the files of one worktree; `save` writes down what was asked and learned.

    worktree: as the spool calls it, `.` or `worktrees/NAME`
    """

    def __init__(self, paths: Paths, worktree: str) -> None:
        self._file = paths.snapshots / "known" / f"{_name(worktree)}.json"
        self._temporary = self._file.with_name(f".{os.getpid()}.{os.urandom(4).hex()}.tmp")
        self._before = _load(self._file)
        self._after: dict[str, list[int | str]] = {}
        self._device, self._moment = self._begin()

    def key(self, path: str, found: os.stat_result) -> str:
        """The key of what `path` holds, empty when it has to be read."""
        entry = self._before.get(path)
        if entry is None or entry[:_FIELDS] != _identity(found):
            return ""
        self._after[path] = entry
        return str(entry[_FIELDS])

    def learn(self, path: str, found: os.stat_result, key: str) -> None:
        """`path` was read and holds `key`; found: what it was before it was read."""
        slack = 0 if found.st_dev == self._device else _SLACK_NS
        if max(found.st_mtime_ns, found.st_ctime_ns) < self._moment - slack:
            self._after[path] = [*_identity(found), key]

    def save(self) -> None:
        """Keep it for the next time; best effort. To be called once, at the end."""
        try:
            if self._moment and self._after != self._before:
                text = json.dumps({"v": _VERSION, "files": self._after}, separators=(",", ":"))
                self._temporary.write_text(text, encoding="ascii")
                self._temporary.replace(self._file)
        except OSError:
            pass
        finally:
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)

    def _begin(self) -> tuple[int, int]:
        """The device our file lies on, and the time there; 0: nothing can be written."""
        try:
            make_folder(self._file.parent, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(self._temporary, flags, 0o600)
            try:
                share(self._temporary, descriptor)
                found = os.fstat(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            return 0, 0
        return found.st_dev, found.st_mtime_ns


def _identity(found: os.stat_result) -> list[int | str]:
    """Five numbers that change when a file does."""
    times = (found.st_mtime_ns, found.st_ctime_ns)
    return [*times, found.st_size, found.st_ino, found.st_dev]


def _load(file: Path) -> dict[str, list[int | str]]:
    try:
        value = json.loads(file.read_bytes())
        if value["v"] != _VERSION:
            return {}
        return {str(path): entry for path, entry in value["files"].items() if _fits(entry)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _fits(entry: object) -> bool:
    return isinstance(entry, list) and len(entry) == _FIELDS + 1 and is_key(str(entry[_FIELDS]))


def _name(worktree: str) -> str:
    """A file's name: `.` is the main worktree, which no linked one can be called."""
    return "main" if worktree == "." else f"of-{worktree.removeprefix('worktrees/')}"

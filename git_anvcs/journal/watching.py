"""Changes below chosen folders, as they happen: the only module that imports watchdog.

On Linux each folder is watched by itself (inotify(7)), so that ignored trees and Git's objects
cost nothing, and a queue that overflows is told instead of swallowed. Elsewhere the whole tree is
watched, and what nobody wants is left out of what is told.
"""

from collections.abc import Callable, Iterable
import os
from pathlib import Path
import sys
from threading import Lock
from typing import Any, NamedTuple, Protocol

# Somebody wrote, but may not have ended: what a close or a rename will tell once more.
UNFINISHED = "unfinished"
DONE = "done"
OVERFLOW = "overflow"


class Event(NamedTuple):
    """kind: UNFINISHED, DONE or OVERFLOW (something was missed: look at everything)

    path: as the folder was given, and the name in it; folder: whether it is one itself
    """

    kind: str
    path: str
    folder: bool = False


Listener = Callable[[Event], None]


class TooMany(OSError):
    """The system watches no more folders for us (fs.inotify.max_user_watches)."""


class Watcher(Protocol):
    """Tells a listener, from a thread of its own."""

    def add(self, folders: Iterable[str]) -> None:
        """Watch these, not what is below them; one that is gone is left out. Raises TooMany."""

    def remove_below(self, folder: str) -> None:
        """Watch neither this nor what is below it any more."""

    def count(self) -> int: ...

    def close(self) -> None: ...


def start(listener: Listener) -> Watcher:
    """A watcher for this system; a Blind one when that has no more to give."""
    try:
        return _Inotify(listener) if sys.platform == "linux" else _Whole(listener)
    except OSError:  # fs.inotify.max_user_instances
        return Blind(listener)


class Blind:
    """Watches nothing, and says so."""

    def __init__(self, listener: Listener) -> None:
        """Takes what every watcher takes; nothing will be told."""

    def add(self, folders: Iterable[str]) -> None:
        if any(True for _ in folders):
            raise TooMany("no more folders can be watched")

    def remove_below(self, folder: str) -> None:
        """There is none."""

    def count(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""


class _Inotify:
    def __init__(self, listener: Listener) -> None:
        from watchdog.observers.inotify_c import InotifyConstants as Bits
        from watchdog.observers.inotify_c import InotifyFD

        self._listener = listener
        self._paths: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._turns: dict[int, int] = {}  # number of a watch -> under which id it calls us
        self._turn = 0
        self._lock = Lock()
        self._mask: Any = (
            Bits.IN_MODIFY | Bits.IN_CLOSE_WRITE | Bits.IN_CREATE | Bits.IN_DELETE | Bits.IN_ATTRIB
            | Bits.IN_MOVED_FROM | Bits.IN_MOVED_TO | Bits.IN_DELETE_SELF | Bits.IN_ONLYDIR
            | Bits.IN_DONT_FOLLOW | Bits.IN_EXCL_UNLINK
        )  # fmt: skip
        self._fd = InotifyFD()
        self._fd.daemon = True
        self._fd.start()

    def add(self, folders: Iterable[str]) -> None:
        import errno

        for folder in folders:
            self._turn += 1  # an id that is used twice is warned of, each time
            try:
                number = self._fd.add_callback(os.fsencode(folder), self._mask, self, self._turn)  # type: ignore[arg-type]
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
                    continue
                if error.errno == errno.ENOSPC:
                    raise TooMany(error.errno, "no more folders can be watched") from error
                raise
            with self._lock:
                old = self._paths.get(number)
                if old is not None and old != folder:
                    self._numbers.pop(old, None)
                self._paths[number] = folder
                self._numbers[folder] = number
                before = self._turns.get(number)
                self._turns[number] = self._turn
            if before is not None:
                self._fd.remove_callbacks([(number, before)])  # type: ignore[list-item]

    def remove_below(self, folder: str) -> None:
        below = folder + "/"
        with self._lock:
            gone = [p for p in self._numbers if p == folder or p.startswith(below)]
            numbers = [self._numbers.pop(path) for path in gone]
            for number in numbers:
                self._paths.pop(number, None)
            turns = [
                (number, self._turns.pop(number)) for number in numbers if number in self._turns
            ]
        self._fd.remove_callbacks(turns)  # type: ignore[arg-type]

    def count(self) -> int:
        return len(self._numbers)

    def close(self) -> None:
        self._fd.stop()
        self._fd.join(5)

    def on_event(self, event: Any) -> None:
        with self._lock:
            folder = self._paths.get(event.wd)
        if folder is None:
            return
        path = f"{folder}/{os.fsdecode(event.name)}" if event.name else folder
        unfinished = event.is_modify or (event.is_create and not event.is_directory)
        self._listener(Event(UNFINISHED if unfinished else DONE, path, bool(event.is_directory)))

    def on_watch_deleted(self, wd: int) -> None:
        with self._lock:
            folder = self._paths.pop(wd, None)
            self._turns.pop(wd, None)
            if folder is not None and self._numbers.get(folder) == wd:
                del self._numbers[folder]

    def on_queue_overflow(self) -> None:
        self._listener(Event(OVERFLOW, ""))


class _Whole:
    """Every tree as a whole: FSEvents and kqueue watch so."""

    def __init__(self, listener: Listener) -> None:
        from watchdog.observers import Observer

        self._listener = listener
        self._observer = Observer()
        self._observer.start()
        self._folders: set[str] = set()

    def add(self, folders: Iterable[str]) -> None:
        for folder in sorted(folders):
            covered = any(folder == top or folder.startswith(f"{top}/") for top in self._folders)
            if not covered and Path(folder).is_dir():
                self._folders.add(folder)
                self._observer.schedule(self, folder, recursive=True)  # type: ignore[arg-type]

    def remove_below(self, folder: str) -> None:
        """The tree stays watched as long as its top is."""

    def count(self) -> int:
        return len(self._folders)

    def close(self) -> None:
        self._observer.stop()
        self._observer.join(5)

    def dispatch(self, event: Any) -> None:
        kind = UNFINISHED if event.event_type in ("modified", "created") else DONE
        if event.event_type in ("opened", "closed_no_write"):
            return
        for path in filter(None, (event.src_path, event.dest_path)):
            self._listener(Event(kind, os.fsdecode(path), bool(event.is_directory)))

"""Pointers of a worktree become their contents, and Git is told that nothing has changed.

Git keeps of every file what stat(2) said when it last looked. A file that is larger than its
pointer it would call modified without a look, so that its entry is first marked as never looked
at; when the files are there, what stat(2) says of them goes into the index. Killed in between,
Git looks into the files, by the filter, and finds them unchanged.

A file is as new as it can be without Git looking into it each time: of the second before it came.
An index that is older is written again, by Git, which knows which other files it has to distrust.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
import os
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
import time
from typing import NamedTuple
import unicodedata

from git_anvcs.blobs import placing
from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.placing import Cached, LeftAlone, Placed
from git_anvcs.git import index_patch, objects
from git_anvcs.git.index_file import NEVER_LOOKED_AT, Change, NotPatchable, as_git_keeps
from git_anvcs.git.index_lock import IndexBusy, IndexNotWritten
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths, make_folder

_SECOND = 10**9
# The patches take a nanosecond each from the index's time (index_patch); files get theirs from it.
_TAKEN = 1000
_THREADS = 4


class Wanted(NamedTuple):
    """path: from the top of the worktree; pointer: what Git has; cached: the content

    there: what the file should hold now, where that is not just the pointer
    """

    path: str
    pointer: bytes
    cached: Path
    there: bytes = b""

    @property
    def held(self) -> bytes:
        """What the file should hold now."""
        return self.there or self.pointer


class Outcome(NamedTuple):
    """What became of every path.

    done: they hold their content; the way each took (copying.copy)
    left: they are as they were; why, in words
    unsettled: those of `done` that Git has yet to look into, since the index could not be written
    """

    done: dict[str, str]
    left: dict[str, str]
    unsettled: tuple[str, ...] = ()


def materialise(
    repo: Repo,
    wanted: Iterable[tuple[str, bytes, Path] | Wanted],
    *,
    index: Path | None = None,
    age: int = 0,
    wait: float = index_patch.WAIT,
) -> Outcome:
    """Put cached contents where their pointers are; what holds anything else is left alone.

    index: where GIT_INDEX_FILE is given (index_patch.place); wait: seconds for its lock
    age: seconds; an index of at most that age is not written again, files get its time
    """
    items = {item.path: item for item in (Wanted(*one) for one in wanted)}
    left = _not_ours(repo.root, items.values())
    fit = [item for path, item in items.items() if path not in left]
    if not fit:
        return Outcome({}, left)
    known = _Index(repo, index or index_patch.place(repo), fit, wait)
    latest = known.time_for_files(age)
    try:
        known.forget()
    except (IndexBusy, IndexNotWritten) as error:
        return Outcome({}, left | dict.fromkeys([item.path for item in fit], error.message))
    placed, refused = _in_threads(repo, fit, latest)
    settled = known.settle(placed)
    done = {one.path: one.how for one in placed}
    return Outcome(done, left | refused, tuple(path for path in done if path not in settled))


class _Index:
    """What Git's index says of the files, before and after."""

    def __init__(self, repo: Repo, index: Path, items: Sequence[Wanted], wait: float) -> None:
        self._repo, self._index, self._wait = repo, index, wait
        self._oids = {one.path: objects.make(repo, "blob", one.pointer).oid for one in items}
        self._listed = frozenset[str]()
        self._by_git = False
        self._synced = index_patch.is_synced(repo)

    def time_for_files(self, age: int) -> int | None:
        """The latest that they may have; None: the index is written again."""
        with suppress(OSError):
            written = self._index.stat().st_mtime_ns - _TAKEN
            if time.time_ns() // _SECOND - written // _SECOND <= age:
                return written
        return None

    def forget(self) -> None:
        """Have Git look into the files. Raises IndexBusy, IndexNotWritten."""
        changes = [Change(path, oid, NEVER_LOOKED_AT) for path, oid in self._oids.items()]
        try:
            self._listed = self._patch(changes)
        except NotPatchable:
            self._by_git = True

    def settle(self, placed: Sequence[Placed]) -> frozenset[str]:
        """Tell it what they are now: the paths that need no further look."""
        oids = {one.path: self._oids[one.path] for one in placed}
        strange = frozenset(oids) - self._listed  # of which the index has another version, or none
        try:
            if self._by_git:
                return index_patch.by_git(self._repo, self._index, oids)
            if any(not self._is_older(one.found) for one in placed):
                index_patch.write_again(self._repo, self._index)
            changes = [Change(one.path, oids[one.path], as_git_keeps(one.found)) for one in placed]
            return self._patch(changes) | strange
        except (NotPatchable, IndexBusy, IndexNotWritten):
            return strange

    def _is_older(self, found: os.stat_result) -> bool:
        """Than the index, by whole seconds: else Git distrusts it (racy-git in its documentation).

        By the nanosecond where Git is built so; who is older by seconds is older by those.
        """
        with suppress(OSError):
            written = self._index.stat().st_mtime_ns - _TAKEN
            return found.st_mtime_ns // _SECOND < written // _SECOND
        return True  # there is none to write again

    def _patch(self, changes: Sequence[Change]) -> frozenset[str]:
        form = self._repo.object_format
        return index_patch.patch(self._index, form, changes, wait=self._wait, sync=self._synced)


def _not_ours(root: Path, items: Collection[Wanted]) -> dict[str, str]:
    """The files that stay as they are, and why, as far as a look at them tells."""
    left = {item.path: "it is no pointer" for item in items if _size(item) is None}
    left |= dict.fromkeys(_in_one_place(root, items), "another name of it differs by case only")
    with _opened(root) as top:
        for item in items:
            if item.path not in left:
                try:
                    placing.look(top, item.path, item.held)
                except LeftAlone as why:
                    left[item.path] = str(why)
    return left


def _in_threads(
    repo: Repo, items: Sequence[Wanted], latest: int | None
) -> tuple[list[Placed], dict[str, str]]:
    """What was placed, and why the others were not."""
    placed: list[Placed] = []
    refused: dict[str, str] = {}
    with _opened(repo.root) as top, _drafts(repo) as drafts:

        def place(item: Wanted) -> None:
            cached = Cached(item.cached, _size(item) or 0, latest)
            try:
                placed.append(placing.place(top, item.path, item.held, cached, drafts))
            except LeftAlone as why:
                refused[item.path] = str(why)

        _each(items, place)
    return placed, refused


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _drafts(repo: Repo) -> Iterator[int]:
    """The cache's folder for what is not finished; it is swept. -1: it cannot be had."""
    folder = Paths(repo.common_dir).blobs / "drafts"
    try:
        make_folder(folder)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield -1
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _each(items: Sequence[Wanted], do: Callable[[Wanted], None]) -> None:
    """Do it for all of them, a few at a time."""
    waiting: SimpleQueue[Wanted] = SimpleQueue()
    for item in items:
        waiting.put(item)

    def work() -> None:
        with suppress(Empty):
            while True:
                do(waiting.get_nowait())

    others = [Thread(target=work) for _ in range(min(_THREADS, len(items)) - 1)]
    for thread in others:
        thread.start()
    try:
        work()
        for thread in others:
            thread.join()
    except BaseException:  # interrupted: what was begun comes to its end, no more
        _emptied(waiting)
        for thread in others:
            thread.join()
        raise


def _emptied(waiting: SimpleQueue[Wanted]) -> None:
    with suppress(Empty):
        while True:
            waiting.get_nowait()


def _size(item: Wanted) -> int | None:
    """What the pointer says of its content; None: it is no pointer."""
    found = pointers.parse(item.pointer)
    return found.size if found else None


def _in_one_place(root: Path, items: Collection[Wanted]) -> list[str]:
    """Paths that Git tells apart and this file system does not: which file is meant is unknown."""
    alike = defaultdict(list)
    for item in items:
        alike[unicodedata.normalize("NFC", item.path).casefold()].append(item.path)
    suspects = [path for paths in alike.values() if len(paths) > 1 for path in paths]
    files = {path: _identity(root / path) for path in suspects}
    count = Counter(files.values())
    return [path for path, file in files.items() if file and count[file] > 1]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino

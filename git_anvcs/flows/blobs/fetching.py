"""Story: contents come from where they are kept, many at once, and only what was asked for is kept.

Asked in the order of flows/blobs/places. The first that answers with the right SHA-256 wins; a
version that is gone or wrong costs one try more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from git_anvcs.blobs import begun, queue
from git_anvcs.blobs.begun import Begun
from git_anvcs.blobs.coming import Coming, came, watched
from git_anvcs.blobs.errors import Archived, BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import Laned, Wanted, oid_in
from git_anvcs.flows.blobs import lent, places
from git_anvcs.flows.blobs.clone import Clone, Patience, Stores, lock_of, opened, silence
from git_anvcs.flows.blobs.lane import SMALL, FromLane
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.blobs.places import Place
from git_anvcs.flows.blobs.workers import LEAST_BYTES, Ended, Workers
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import BUG, AnvcsError
from git_anvcs.store import lock
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.lock import Locked
from git_anvcs.store.paths import make_folder

# Told of each content as it arrives, or of why it does not.
Progress = Callable[[Pointer, AnvcsError | None], None]
# Told of bytes that have come since the last time; what was there already is told of at once, and
# what has to come anew is taken back.
Moved = Callable[[int], None]

_LOOK_SECONDS = 1.0
_TURN_SECONDS = 0.02  # where two kinds of threads bring
_AT_ONCE = 32  # contents: most are small, and a store may be far away
_REPORT = "its pointer stays; if the store is well, this is a bug of git-anvcs: report it"


class Got(NamedTuple):
    """problem: why the content is not in the cache now; None: it is, and was checked."""

    pointer: Pointer
    problem: AnvcsError | None = None


class _Task(NamedTuple):
    pointer: Pointer
    places: tuple[Place, ...]
    unread: str  # what notes said that nobody reads, see pins.Notes
    coming: Coming


class Unexpected(AnvcsError):
    """A fault that no store should make, or one of ours: of one content, the others come."""

    exit_code = BUG


def fetch(
    repo: Repo,
    env: Mapping[str, str],
    pointers: Iterable[Pointer],
    progress: Progress,
    moved: Moved = lambda _: None,
) -> list[Got]:
    """Bring contents into the cache; one answer for each, none is raised.

    progress, moved: told at once, in the thread of the caller
    Raises UsageError (settings), CannotWrite and Damaged of the ledger, before anything is fetched.
    """
    with fetching(repo, env) as fetcher:
        for pointer in {pointer.unpinned(): pointer for pointer in pointers}.values():
            fetcher.ask(pointer)
        answers: list[Got] = []
        done = told = 0
        while len(fetcher):
            got = fetcher.next(_LOOK_SECONDS)
            if got is not None:
                answers.append(got)
                done += got.pointer.size
                progress(*got)
            told, before = done + fetcher.under_way, told
            moved(told - before)
    return answers


@contextmanager
def fetching(repo: Repo, env: Mapping[str, str]) -> Iterator["Fetcher"]:
    """A fetcher, to be asked one by one; what arrived is synced at the end."""
    with opened(repo, env) as here:
        fetcher = Fetcher(here)
        try:
            yield fetcher
        finally:
            fetcher.close()


class Fetcher:
    """Contents on their way; `ask`, then `next` until nothing waits."""

    def __init__(self, here: Clone) -> None:
        self._here = here
        self._notes = Notes(here.repo)
        self._patience = Patience(queue.FAILURES)
        self._seconds = silence(here.settings)
        self._workers = Workers(
            self._bring,
            limit=lambda _: self._seconds,
            came=lambda task: task.coming.bytes,
            threads=_AT_ONCE,
        )
        self._lanes: dict[str, FromLane] = {}
        self._ready: list[Got] = []
        self._queued = {job.oid for job in here.ledger.jobs(queue.FETCH)}

    def __len__(self) -> int:
        """How many answers are still to come."""
        return len(self._workers) + len(self._ready) + sum(map(len, self._lanes.values()))

    @property
    def under_way(self) -> int:
        """How many bytes are here of contents that are not whole yet."""
        tasks = self._workers.tasks
        return sum(min(task.coming.written, task.pointer.size) for task in tasks)

    def __iter__(self) -> Iterator[Got]:
        while len(self):
            got = self.next(_LOOK_SECONDS)
            if got is not None:
                yield got

    def ask(self, pointer: Pointer) -> None:
        """Begin to bring it; there will be one answer."""
        if self._here.cache.has(pointer.oid, pointer.size):
            self._ready.append(Got(pointer))
            return
        found = self._places(pointer)
        lane = self._lane(pointer, found)
        if lane is not None:
            lane.ask(pointer, Wanted(found[0].key, found[0].version_id, pointer.size))
        else:
            self._workers.give(self._task(pointer, found))

    def next(self, seconds: float) -> Got | None:
        """An answer, waited for at most so long; None: there is none yet."""
        if self._ready:
            return self._ready.pop()
        lanes = [lane for lane in self._lanes.values() if len(lane)]
        for lane in lanes:
            arrived = lane.next(seconds if len(self) == len(lane) else min(seconds, _TURN_SECONDS))
            if arrived and arrived.good:
                return self._told(Ended(self._task(arrived.pointer, ()), None))
            if arrived:
                self._workers.give(self._task(arrived.pointer, self._places(arrived.pointer)))
        ended = self._workers.next(min(seconds, _TURN_SECONDS) if lanes else seconds)
        return self._told(ended) if ended else None

    def _told(self, ended: "Ended[_Task, None]") -> Got:
        pointer = ended.task.pointer
        job = queue.wanted(pointer.oid, pointer.size, "", int(clock.now()), kind=queue.FETCH)
        if ended.problem is None or isinstance(ended.problem, Archived):  # which takes a person
            if pointer.oid in self._queued:
                self._here.ledger.done([job])
        elif isinstance(ended.problem, Unreachable):
            self._here.ledger.ask([job])
        return Got(pointer, ended.problem)

    def close(self) -> None:
        """Stop; what was begun and has not ended is left to the next time."""
        for lane in self._lanes.values():
            lane.close()
        self._workers.close()
        with suppress(CannotWrite):  # it is whole, and read once more after a power cut
            self._here.cache.sync()

    def _places(self, pointer: Pointer) -> tuple[Place, ...]:
        return places.of(self._here, self._notes, pointer)

    def _task(self, pointer: Pointer, found: tuple[Place, ...]) -> _Task:
        return _Task(pointer, found, self._notes.unread(pointer), Coming(pointer.size))

    def _lane(self, pointer: Pointer, found: tuple[Place, ...]) -> FromLane | None:
        """What brings it together with others, where the first place to ask has that."""
        if pointer.size > SMALL or not found or oid_in(found[0].key) != pointer.oid:
            return None
        alias = found[0].storage
        store = self._here.stores.by_alias[alias]
        if alias not in self._lanes and isinstance(store, Laned):
            paths = self._here.paths
            self._lanes[alias] = FromLane(
                store,
                self._here.cache,
                alone=lambda oid: lock.held(lock_of(paths, oid), timeout=0.0),
                here=self._is_here,
            )
        return self._lanes.get(alias)

    def _bring(self, task: _Task) -> None:
        """In a thread: the content is in the cache then. Raises what is worst of all tries."""
        try:
            with watched(task.coming), self._alone(task):
                self._from_any(task)
        except AnvcsError:
            raise
        except OSError as error:
            raise CannotWrite(f"cannot write {error.filename}: {error.strerror}") from error
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise Unexpected(
                f"{task.pointer.oid[:12]} could not be fetched: {said}", hint=_REPORT
            ) from error

    @contextmanager
    def _alone(self, task: _Task) -> Iterator[None]:
        """No other process fetches it; one that does is waited for while something comes."""
        place, drafts = lock_of(self._here.paths, task.pointer.oid), self._here.cache.drafts
        seen, is_ours = (-1, -1), False
        with ExitStack() as stack:
            while not is_ours:
                try:
                    stack.enter_context(lock.held(place, timeout=self._seconds / 2))
                    is_ours = True
                except Locked:
                    there = _signs_in(drafts)
                    if there == seen:
                        raise
                    seen = there
                    came(LEAST_BYTES)  # to another, but it does come
            yield

    def _from_any(self, task: _Task) -> None:
        pointer = task.pointer
        if self._is_here(pointer):
            return
        problems: list[AnvcsError] = []
        for place in task.places:
            try:
                self._from(place, pointer)
            except (BlobMissing, Refused, Unreachable, WrongContent) as error:
                problems.append(error)
            else:
                return
        raise _worst(self._here.stores, pointer, problems, task.unread)

    def _is_here(self, pointer: Pointer) -> bool:
        """Whether another process was first, or another clone of this machine lends it."""
        here = self._here
        if here.cache.has(pointer.oid, pointer.size):
            return True
        return lent.borrow(here.repo.common_dir, here.cache, pointer)

    def _from(self, place: Place, pointer: Pointer) -> None:
        """One store. Raises its errors; what an earlier download left there is gone on with.

        A content that is not the right one is dropped; if part of it was older, it comes anew.
        """
        earlier = begun.of(self._here.cache.drafts, pointer)
        try:
            self._once(place, pointer, earlier)
        except WrongContent:
            if earlier is None or not earlier.went_on:
                raise
            self._once(place, pointer, earlier)
        if earlier:
            with suppress(OSError):
                earlier.clear()  # what other stores have begun to send

    def _once(self, place: Place, pointer: Pointer, earlier: Begun | None) -> None:
        cache = self._here.cache
        draft = cache.free_name()
        make_folder(draft.parent)
        try:
            with self._patience.asking(place.storage):
                store = self._here.stores.by_alias[place.storage]
                store.download(place.key, place.version_id, draft, earlier)
            # What names this content was compared with what came (`BlobStore.download`).
            counted = earlier is not None or oid_in(place.key) == pointer.oid
            cache.adopt(draft, pointer.oid, pointer.size, counted=counted)
        finally:
            draft.unlink(missing_ok=True)


def _signs_in(folder: Path) -> tuple[int, int]:
    """How many bytes its files have, and when one of them was touched last."""
    total, last = 0, 0
    with suppress(FileNotFoundError):
        for file in folder.iterdir():
            with suppress(FileNotFoundError):
                found = file.stat()
                total, last = total + found.st_size, max(last, found.st_mtime_ns)
    return total, last


def _worst(stores: Stores, pointer: Pointer, problems: list[AnvcsError], unread: str) -> AnvcsError:
    """What to say of several tries; of those that all found nothing in words of our own."""
    problem = places.worst(problems)
    if problem is not None and not isinstance(problem, BlobMissing):
        return problem
    if unasked := places.unasked(stores, pointer):
        return unasked
    if not problems:
        return BlobMissing(
            f"no store is configured that could have {pointer.oid[:12]}",
            hint="storage.mode and storage.primary say which store there is",
        )
    return BlobMissing(
        f"no store has {pointer.oid[:12]} ({pointer.size} bytes){unread}",
        hint="a clone that has it sends it with `git-ai-blob push --all`",
    )

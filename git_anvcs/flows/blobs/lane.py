"""Small contents that come many at once, by one thread; what does not is given back.

The thread takes what is small and whose store has a lane (blobs/store), counts it and puts it into
the cache. It tells nobody why something did not come: that is asked for once more, on its own.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from hashlib import sha256
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import Lane, Laned, Wanted
from git_anvcs.kernel.errors import AnvcsError

SMALL = 1 << 20  # bytes of a content
_AT_ONCE = 64  # contents in memory
_LOOK_SECONDS = 0.02


class Arrived(NamedTuple):
    """good: whether it is in the cache now, and was counted"""

    pointer: Pointer
    good: bool


class FromLane:
    """The contents that were asked for; methods are called from one thread."""

    def __init__(
        self,
        store: Laned,
        cache: Cache,
        alone: Callable[[str], AbstractContextManager[None]],
        here: Callable[[Pointer], bool],
    ) -> None:
        """alone: while no other process fetches that content; raises AnvcsError if one does

        here: whether it is in the cache by now without any store
        """
        self._store = store
        self._here = here
        self._cache = cache
        self._alone = alone
        self._todo: SimpleQueue[tuple[Pointer, Wanted] | None] = SimpleQueue()
        self._done: SimpleQueue[Arrived] = SimpleQueue()
        self._open = 0
        self._over = False
        self._thread: Thread | None = None

    def __len__(self) -> int:
        """How many were asked for and not yet told of by `next`."""
        return self._open

    def ask(self, pointer: Pointer, wanted: Wanted) -> None:
        self._open += 1
        self._todo.put((pointer, wanted))
        if self._thread is None:
            self._thread = Thread(target=self._work, daemon=True)
            self._thread.start()

    def next(self, seconds: float) -> Arrived | None:
        """One that has ended, waited for at most so long."""
        try:
            arrived = self._done.get(timeout=seconds)
        except Empty:
            return None
        self._open -= 1
        return arrived

    def close(self) -> None:
        """Stop; what is on its way is left."""
        self._over = True
        self._todo.put(None)

    def _work(self) -> None:
        try:
            lane = self._store.lane()
        except AnvcsError:  # it is told by who asks for one alone
            lane = None
        began: dict[Wanted, tuple[Pointer, ExitStack]] = {}
        try:
            if lane is not None:
                self._use(lane, began)
        except Exception:  # noqa: BLE001, S110 - what is given back is asked for again, and told
            pass
        finally:
            for pointer, held in began.values():
                held.close()
                self._done.put(Arrived(pointer, good=False))
            if lane is not None:
                lane.close()
            self._give_back()

    def _use(self, lane: Lane, began: dict[Wanted, tuple[Pointer, ExitStack]]) -> None:
        while not self._over:
            while len(lane) < _AT_ONCE:
                try:
                    given = self._todo.get(block=not len(lane))
                except Empty:
                    break
                if given is None:
                    return
                self._begin(lane, began, *given)
            for wanted, data in lane.answers(_LOOK_SECONDS):
                pointer, held = began[wanted]
                good = self._keep(pointer, data)
                del began[wanted]
                held.close()
                self._done.put(Arrived(pointer, good=good))

    def _begin(
        self,
        lane: Lane,
        began: dict[Wanted, tuple[Pointer, ExitStack]],
        pointer: Pointer,
        wanted: Wanted,
    ) -> None:
        held = ExitStack()
        try:
            held.enter_context(self._alone(pointer.oid))
        except AnvcsError:
            self._done.put(Arrived(pointer, good=False))
            return
        began[wanted] = pointer, held
        if self._here(pointer):
            del began[wanted]
            held.close()
            self._done.put(Arrived(pointer, good=True))
        else:
            lane.ask(wanted)

    def _keep(self, pointer: Pointer, data: bytes | None) -> bool:
        if data is None or sha256(data).hexdigest() != pointer.oid:
            return False
        try:
            self._cache.add(data, pointer.oid)
        except AnvcsError:
            return False
        return True

    def _give_back(self) -> None:
        """All that is asked for from now on, too."""
        while not self._over and (given := self._todo.get()) is not None:
            self._done.put(Arrived(given[0], good=False))

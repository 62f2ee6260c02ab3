"""Threads that do the same with each of many things; what is ready comes first, nothing hangs.

A thread that does not end in time is left behind: it is a daemon, so that no exit waits for it,
and what it brings later is dropped.
"""

from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Lock, Thread
import time
from typing import Generic, NamedTuple, TypeVar

from git_anvcs.blobs.errors import Unreachable
from git_anvcs.kernel.errors import AnvcsError

Task = TypeVar("Task")
Result = TypeVar("Result")

THREADS = 16
_LOOK_SECONDS = 1.0
LEAST_BYTES = 1 << 20  # in the time that a task has; slower is as good as not at all


class Ended(NamedTuple, Generic[Task, Result]):
    """A task and what came of it: a result or what the user has to hear."""

    task: Task
    result: Result | None
    problem: AnvcsError | None = None


class _Begun(NamedTuple, Generic[Task]):
    task: Task
    ends: float  # by time.monotonic
    bytes: int = 0  # that had come then


class Workers(Generic[Task, Result]):
    """At most `threads` at once; a task may take `limit` seconds once it was begun.

    came: how many bytes have come for a task; while enough do in each `limit`, it goes on
    """

    def __init__(
        self,
        do: Callable[[Task], Result],
        *,
        limit: Callable[[Task], float],
        came: Callable[[Task], int] | None = None,
        threads: int = THREADS,
    ) -> None:
        self._do = do
        self._limit = limit
        self._came = came
        self._threads = self._free = threads
        self._todo: SimpleQueue[tuple[int, Task] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[int, Result | None, BaseException | None]] = SimpleQueue()
        self._open: dict[int, Task] = {}
        self._begun: dict[int, _Begun[Task]] = {}
        self._lock = Lock()
        self._tickets = 0

    def __len__(self) -> int:
        """How many tasks were given and not yet told of by `next`."""
        return len(self._open)

    @property
    def tasks(self) -> list[Task]:
        """Those that were given and not yet told of by `next`."""
        return list(self._open.values())

    def give(self, task: Task) -> None:
        self._tickets += 1
        self._open[self._tickets] = task
        self._todo.put((self._tickets, task))
        if self._free:
            self._free -= 1
            self._start()

    def all(self) -> Iterator[Ended[Task, Result]]:
        """Each as it ends, until all have; then idle threads end."""
        try:
            while self._open:
                ended = self.next(_LOOK_SECONDS)
                if ended is not None:
                    yield ended
        finally:
            self.close()

    def next(self, seconds: float) -> Ended[Task, Result] | None:
        """One that has ended, waited for at most so long; None: none has, or none is left.

        What is no AnvcsError is a bug, and raised here.
        """
        deadline = time.monotonic() + seconds
        while self._open:
            late = self._given_up()
            if late is not None:
                return late
            with self._lock:
                first = min([begun.ends for begun in self._begun.values()] + [deadline])
            left = max(0.0, min(first, deadline) - time.monotonic())
            try:
                ticket, result, error = self._done.get(timeout=left)
            except Empty:
                if time.monotonic() >= deadline:
                    return None
                continue
            if ticket not in self._open:
                continue  # given up before
            task = self._open.pop(ticket)
            if error is None:
                return Ended(task, result)
            if isinstance(error, AnvcsError):
                return Ended(task, None, error)
            raise error
        return None

    def drop(self) -> list[Task]:
        """Forget all that has not ended, and return it; what runs is left behind."""
        left = list(self._open.values())
        self._open.clear()
        return left

    def close(self) -> None:
        """No more tasks: idle threads end."""
        self.drop()
        for _ in range(self._threads + self._tickets):
            self._todo.put(None)

    def _given_up(self) -> Ended[Task, Result] | None:
        now = time.monotonic()
        with self._lock:
            over = [ticket for ticket, begun in self._begun.items() if begun.ends <= now]
            late = [ticket for ticket in over if not self._goes_on(ticket, now)]
            for ticket in late[:1]:
                del self._begun[ticket]
        for ticket in late[:1]:
            self._start()  # in the place of the one that hangs
            if (task := self._open.pop(ticket, None)) is not None:
                problem = Unreachable(f"nothing came for {self._limit(task):.0f} seconds: given up")
                return Ended(task, None, problem)
        return None

    def _goes_on(self, ticket: int, now: float) -> bool:
        """Whether enough has come since the last look; it has as long again then."""
        begun = self._begun[ticket]
        by_now = self._came(begun.task) if self._came else 0
        if by_now - begun.bytes < LEAST_BYTES:
            return False
        self._begun[ticket] = _Begun(begun.task, now + self._limit(begun.task), by_now)
        return True

    def _start(self) -> None:
        Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while (given := self._todo.get()) is not None:
            ticket, task = given
            if ticket not in self._open:
                continue
            with self._lock:
                self._begun[ticket] = _Begun(task, time.monotonic() + self._limit(task))
            result, error = None, None
            try:
                result = self._do(task)
            except BaseException as caught:  # noqa: BLE001 - raised where somebody waits for it
                error = caught
            with self._lock:
                hung = self._begun.pop(ticket, None) is None
            self._done.put((ticket, result, error))
            if hung:
                return  # another thread works in this one's place

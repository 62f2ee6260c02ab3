"""Work done a few pieces ahead of who takes the results, in threads that no exit waits for.

The threads of concurrent.futures are joined when Python ends, behind all that waits for them: a
server that never ends its answer, or a commit whose time is up, would wait there.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")


def ahead(works: Iterable[Callable[[], Result]], at_once: int) -> Iterator[Result]:
    """The results in the order of the works; the first few are begun now, the others in time.

    Raises what a work raises, in its place; nothing new is begun then.
    """
    left = iter(works)
    begun = deque(map(_aside, islice(left, at_once)))

    def results() -> Iterator[Result]:
        while begun:
            result = begun.popleft().result()
            begun.extend(map(_aside, islice(left, 1)))
            yield result

    return results()


def _aside(work: Callable[[], Result]) -> "Future[Result]":
    """What a thread of its own makes of it."""
    from concurrent.futures import Future

    future: Future[Result] = Future()
    here = copy_context()  # it works for whatever its maker works for

    def run() -> None:
        try:
            future.set_result(here.run(work))
        except BaseException as error:  # noqa: BLE001 - raised where somebody waits for it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future

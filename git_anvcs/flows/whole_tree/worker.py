"""The engine for many files, in one process of its own that may die or be given up.

One fork serves all files. When it dies or takes too long over one, that file keeps its line merge
and another fork goes on with the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
import os
import pickle
import select
import signal
import time
from typing import NamedTuple, TypeVar

from git_anvcs.merge import engine, parse
from git_anvcs.merge.configured import SECONDS
from git_anvcs.merge.registry import format_of, load_format
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions

T = TypeVar("T")
Q = TypeVar("Q")
A = TypeVar("A")

_SIZE = 8  # bytes that say how long the next answer is


class Task(NamedTuple):
    """One file: its versions, how to merge, and Git's own line merge of it."""

    versions: Versions
    options: Options
    lines: bytes | None


def merge_all(tasks: Sequence[Task], seconds: float = SECONDS) -> list[Merged | None]:
    """The merges in the order of the tasks; None where there is no result."""
    found: list[Merged | None] = []
    while len(found) < len(tasks):
        found += _answers(tasks[len(found) :], seconds, _merged)
        if len(found) < len(tasks):
            found.append(None)  # the one that it died over
    return found


def warm(paths: Iterable[str]) -> None:
    """Load here what a worker would load for these files: for who merges again and again.

    A worker has what its parent has, and loads the rest each time.
    """
    for name in {format_of(path) for path in paths}:
        with suppress(NotUnderstood):
            load_format(name)
            parse.parser(name)


def _answers(
    tasks: Sequence[Q], seconds: float, solve: Callable[[Q], A | None]
) -> Iterator[A | None]:
    """What one worker answers before it ends."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work(writer, tasks, seconds, solve)
    os.close(writer)
    try:
        for _ in tasks:
            deadline = time.monotonic() + 6 * seconds
            size = _read(reader, _SIZE, deadline)
            answer = _read(reader, int.from_bytes(size, "big"), deadline) if size else None
            if not answer:
                return
            yield pickle.loads(answer)  # noqa: S301 - our own child wrote it
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work(writer: int, tasks: Sequence[Q], seconds: float, solve: Callable[[Q], A | None]) -> None:
    """The worker: never returns."""
    try:
        with open(writer, "wb") as pipe:
            for task in tasks:
                signal.setitimer(signal.ITIMER_PROF, seconds)  # its default action is death
                answer = pickle.dumps(solve(task))
                pipe.write(len(answer).to_bytes(_SIZE, "big") + answer)
                pipe.flush()
    finally:
        os._exit(0)


def apart(work: Callable[[], T], seconds: float = SECONDS) -> T | None:
    """What `work` answers in a process of its own; None when it fails, dies or takes too long."""
    found = list(_answers((work,), seconds, _called))
    return found[0] if found else None


def _called(work: Callable[[], T]) -> T | None:
    try:
        return work()
    except Exception:  # noqa: BLE001 - what was merged without it stands
        return None


def _merged(task: Task) -> Merged | None:
    try:
        return engine.merge(*task)
    except Exception:  # noqa: BLE001 - Git's own result stands, whatever it was
        return None


def _read(reader: int, size: int, deadline: float) -> bytes:
    """So many bytes; nothing when the worker ends or time runs out first."""
    parts = []
    while size:
        ready, _, _ = select.select([reader], [], [], max(deadline - time.monotonic(), 0))
        part = os.read(reader, min(size, 1 << 16)) if ready else b""
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)

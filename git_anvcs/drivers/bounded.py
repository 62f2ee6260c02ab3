"""The engine with a limit on time, for programs that must live on: it runs in a child process.

The limit is on processor time, as in the driver; by the clock it is six times as long.
"""

import os
import pickle
import select
import signal
from typing import cast

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.merge import engine
from git_anvcs.merge.result import Merged, Options, Versions

SECONDS = 10.0


class TookTooLong(AnvcsError):
    """The merge was given up; nothing was changed."""

    exit_code = 3


def merge(
    versions: Versions, options: Options, lines: bytes | None, seconds: float = SECONDS
) -> Merged:
    """`engine.merge`. Raises TookTooLong when it does not end in time, or dies."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, seconds)  # its default action is death
        _answer(writer, versions, options, lines)
    os.close(writer)
    try:
        answer = _read(reader, 6 * seconds)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not answer:
        raise TookTooLong(
            f"{options.path or 'the file'}: no result within {seconds:g} seconds",
            hint="the limit is anvcs.merge.timeout in Git's configuration, in seconds",
        )
    return cast(Merged, pickle.loads(answer))  # noqa: S301 - our own child wrote it


def limit(env: dict[str, str], configured: str) -> float:
    """The limit in seconds: the environment, else Git's configuration, else ten."""
    try:
        seconds = float(env.get("ANVCS_MERGE_TIMEOUT") or configured)
    except ValueError:
        return SECONDS
    return seconds if 0 < seconds < 86400 else SECONDS


def _answer(writer: int, versions: Versions, options: Options, lines: bytes | None) -> None:
    """The child: never returns."""
    code = 1
    try:
        data = pickle.dumps(engine.merge(versions, options, lines))
        with open(writer, "wb") as pipe:
            pipe.write(data)
        code = 0
    finally:
        os._exit(code)


def _read(reader: int, seconds: float) -> bytes:
    """All that comes until the end; nothing when time runs out first."""
    import time

    deadline = time.monotonic() + seconds
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reader], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            return b""
        part = os.read(reader, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)

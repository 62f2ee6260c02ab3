"""How other programs speak to the daemon: one JSON object a line each way, on a Unix socket.

`<common Git dir>/anvcs/journal/daemon.sock`, for this user alone. Bound and called through its
open folder, since a socket's path may have no more than some 100 bytes (unix(7)).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
import json
import os
from pathlib import Path
import re
import selectors
import socket
from threading import Event, Lock, Thread, current_thread
from typing import NamedTuple

from git_anvcs import __version__
from git_anvcs.store.paths import Paths

_NAME = "daemon.sock"
_LONGEST = 1 << 16
_OPEN_FILES = Path("/proc/self/fd")  # proc(5); where it is not, the folder is entered instead
_moving = Lock()
_LAST_WORDS = 0.5  # seconds to send what is answered already, when the daemon ends


class Ask(NamedTuple):
    """A request from the socket, and where its answer goes."""

    asked: Mapping[str, object]
    answer: dict[str, object]
    ready: Event

    @classmethod
    def of(cls, asked: Mapping[str, object]) -> "Ask":
        """A request that nobody has answered yet."""
        return cls(asked, {}, Event())


Answer = Callable[[Mapping[str, object]], Mapping[str, object]]


def ask(paths: Paths, request: Mapping[str, object], seconds: float) -> dict[str, object] | None:
    """The daemon's answer; None when there is no daemon, or none that answers in time."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(seconds)
            with _address(paths.journal) as address:
                line.connect(address)
            line.sendall(json.dumps({"version": __version__, **request}).encode() + b"\n")
            with line.makefile("rb") as pipe:
                found = json.loads(pipe.readline(_LONGEST))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def running(paths: Paths, seconds: float) -> dict[str, object] | None:
    """What the daemon says of itself; None when there is none, or an older one that ends now."""
    found = ask(paths, {"do": "status"}, seconds)
    return None if found is None or found.get("ends") else found


def has_looked(paths: Paths, lane: str, seconds: float, by: str = "") -> dict[str, object] | None:
    """What a daemon answers that has looked at the lane just now; None when none has.

    by: whose the changes are that the look finds
    One that runs may have failed: the disk is full, or the repository was moved since it began.
    """
    found = ask(paths, {"do": "flush", "lane": lane, "by": by}, seconds)
    looked = found.get("looked") if found else None
    return found if isinstance(looked, list) and lane in looked else None


def is_newer(version: object) -> bool:
    """Whether somebody who asks is of a newer git-anvcs than this process."""
    return isinstance(version, str) and _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version.partition("+")[0])]


class Server:
    """Answers in threads of its own until it is closed."""

    def __init__(self, paths: Paths, answer: Answer) -> None:
        """Raises OSError. The caller holds the daemon's lock: a socket that is there is dead."""
        self._answer = answer
        self._answering: set[Thread] = set()
        self._place = paths.journal / _NAME
        self._place.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _address(paths.journal) as address:
            self._socket.bind(address)
        self._place.chmod(0o600)
        self._socket.listen(64)
        self._end, self._ended = socket.socketpair()
        self._serving = Thread(target=self._serve, daemon=True)
        self._serving.start()

    def close(self) -> None:
        """Nobody is heard any more; who was answered hears it first, though the process ends."""
        with suppress(OSError):
            self._place.unlink(missing_ok=True)
        # Closed under a thread that waits in accept(2), its number may be the next one's.
        self._end.close()
        self._serving.join()
        for thread in list(self._answering):
            thread.join(_LAST_WORDS)

    def _serve(self) -> None:
        with self._socket, self._ended, selectors.DefaultSelector() as either:
            either.register(self._socket, selectors.EVENT_READ)
            either.register(self._ended, selectors.EVENT_READ)
            while all(key.fileobj is self._socket for key, _ in either.select()):
                with suppress(OSError):  # who called has gone
                    line, _ = self._socket.accept()
                    thread = Thread(target=self._one, args=(line,), daemon=True)
                    self._answering.add(thread)
                    thread.start()

    def _one(self, line: socket.socket) -> None:
        try:
            self._answered(line)
        finally:
            self._answering.discard(current_thread())

    def _answered(self, line: socket.socket) -> None:
        with line, suppress(OSError, ValueError):
            line.settimeout(30)
            with line.makefile("rb") as pipe:
                asked = json.loads(pipe.readline(_LONGEST))
            if isinstance(asked, dict):
                line.sendall(json.dumps(dict(self._answer(asked))).encode() + b"\n")


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """A short name of the socket in the folder, as long as the block runs. Raises OSError."""
    if _OPEN_FILES.is_dir():
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield f"{_OPEN_FILES}/{place}/{_NAME}"
        finally:
            os.close(place)
        return
    with _moving:
        before = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.chdir(folder)
            yield _NAME
        finally:
            os.fchdir(before)
            os.close(before)

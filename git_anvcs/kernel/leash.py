"""A program that must not outlive us, nor leave anything running. Linux alone can do it."""

from contextlib import suppress
import ctypes
import os
from pathlib import Path
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)
PR_SET_CHILD_SUBREAPER = 36
_ROUNDS = 1000  # a program that starts others faster than they are killed


def die_with(parent: int) -> None:
    """Called in a new process before it becomes the program."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the call
        os._exit(1)


class Strays:
    """What a program that is started after this leaves running, also what has left its process
    group: a daemon whose parents are gone becomes our child until `kill`."""

    def __init__(self) -> None:
        self._others = _children()
        _adopt(wanted=True)

    def kill(self) -> None:
        """Kill and bury it, when the program itself has ended."""
        for _ in range(_ROUNDS):
            found = _children() - self._others
            if not found:
                break
            for pid in found:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with suppress(OSError):
                    os.waitpid(pid, 0)
        _adopt(wanted=False)


def _adopt(*, wanted: bool) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)


def _children() -> set[int]:
    """Our children, zombies included; none where the system does not say."""
    own = str(os.getpid()).encode()
    found = set()
    with suppress(OSError):  # no /proc
        for process in Path("/proc").iterdir():
            with suppress(OSError, ValueError):  # it ended this very moment, or is none
                pid = int(process.name)
                facts = (process / "stat").read_bytes().rpartition(b")")[2].split()
                if facts[1] == own:
                    found.add(pid)
    return found

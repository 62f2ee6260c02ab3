"""Files of unknown origin are read in a process of its own, with limits on time and memory.

What such a file does to a library that reads it - a crash, a loop, a gigabyte - ends there and is
told as one sentence.
"""

from collections.abc import Mapping
import json
from pathlib import Path
import sys
from typing import Any, NamedTuple

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.process import run_apart

MOST_SAID = 16 << 20  # bytes of an answer


class Limits(NamedTuple):
    """seconds: of processor time; by the clock it is three times that. memory: bytes of address
    space; written: bytes of each scratch file."""

    seconds: int
    memory: int
    written: int = 0


LOOK = Limits(20, 4 << 30)
WHOLE = Limits(3600, 8 << 30, 4 << 30)  # all rows of a table
_BYTES_A_SECOND = 100 << 20  # what the slowest machines hash


def to_look(size: int) -> Limits:
    """LOOK for a file of so many bytes, whose SHA-256 is taken, too."""
    return LOOK._replace(seconds=LOOK.seconds + size // _BYTES_A_SECOND)


class GaveUp(AnvcsError):
    """Reading the file took too long, or too much memory, or ended the process that read it."""


def ask(file: Path, name: str, task: str, limits: Limits, **more: object) -> Any:
    """Do a task of `blobs.reader` with a file there; its answer.

    name: the path the file has in the repository. Raises GaveUp, AnvcsError as the task does.
    """
    told = {"file": str(file.absolute()), "name": name, "task": task, "limits": limits, **more}
    done = run_apart(
        [sys.executable, "-I", "-m", "git_anvcs.blobs.reader"],
        cwd=Path("/"),
        env={},
        timeout=limits.seconds * 3,
        most=MOST_SAID,
        told=json.dumps(told).encode(),
    )
    answer = _answer(done.output)
    if done.returncode != 0 or done.cut or answer is None:
        raise GaveUp(
            f"it could not be read within {limits.seconds} s of processor time "
            f"and {limits.memory >> 30} GiB of memory, or ended the program that read it"
        )
    if "error" in answer:
        raise AnvcsError(answer["error"], hint=answer["hint"])
    return answer["answer"]


def _answer(output: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(output)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

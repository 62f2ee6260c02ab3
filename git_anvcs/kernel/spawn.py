"""The light half of the door to other programs: start one, read what it prints.

For the merge driver and for agents' hooks, where importing subprocess would cost more than the
work. Everything else goes through kernel/process.py. Imports `os` alone, not even `typing`.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# `git rev-parse --local-env-vars`: Git exports these into hooks and drivers, where they would
# make a git that we start for another repository or another index work on the wrong one.
GIT_LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
)

_CHUNK = 1 << 16


def clean_environment(extra: "Mapping[str, str] | None" = None) -> dict[str, str]:
    """This process's environment without Git's repository variables, plus `extra`."""
    environment = {k: v for k, v in os.environ.items() if k not in GIT_LOCAL_VARIABLES}
    environment.update(extra or {})
    return environment


def output_of(argv: tuple[str, ...], env: dict[str, str]) -> tuple[int, bytes]:
    """The exit code (negative: the signal that ended it) and what it printed.

    Standard error is dropped. Raises OSError when the program cannot be started.
    """
    pid, reader = _start(argv, env)
    with open(reader, "rb") as pipe:
        printed = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), printed


def output_within(
    argv: tuple[str, ...], env: dict[str, str], *, seconds: float, most: int
) -> tuple[int | None, bytes]:
    """The same, for a program that may take too long or print too much.

    It is killed, with all it started, after `seconds` or more than `most` bytes; the exit code is
    None then, and what it printed is as much of it as came. Raises OSError.
    """
    import select
    import signal
    import time

    deadline = time.monotonic() + seconds
    pid, reader = _start(argv, env, apart=True)
    printed = bytearray()
    ended = False
    try:
        while not ended and len(printed) <= most:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([reader], [], [], left)[0]:
                break
            chunk = os.read(reader, _CHUNK)
            printed += chunk
            ended = not chunk
    finally:
        os.close(reader)
        if not ended:
            _kill_group(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status) if ended else None, bytes(printed)


def start_waiting(argv: tuple[str, ...], env: dict[str, str]) -> tuple[int, int]:
    """The process, in a group of its own, and the descriptor that is its standard input.

    It ends when it will; what it prints is dropped. Raises OSError.
    """
    reader, writer = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, reader, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions, setpgroup=0)
    except OSError:
        os.close(writer)
        raise
    finally:
        os.close(reader)
    return pid, writer


def _kill_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except OSError:  # it ended this very moment
        return


def _start(argv: tuple[str, ...], env: dict[str, str], *, apart: bool = False) -> tuple[int, int]:
    """The process and the descriptor to read from; apart: leads a process group of its own."""
    reader, writer = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, writer, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        if apart:
            pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions, setpgroup=0)
        else:
            pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
    except OSError:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    return pid, reader

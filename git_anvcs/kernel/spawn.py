"""The light half of the door to other programs: start one, read what it prints.

For the merge driver, where importing subprocess would cost more than Git's whole line merge.
Everything else goes through kernel/process.py. Imports `os` alone, not even `typing`.
"""

import os


def output_of(argv: tuple[str, ...], env: dict[str, str]) -> tuple[int, bytes]:
    """The exit code (negative: the signal that ended it) and what it printed.

    Standard error is dropped. Raises OSError when the program cannot be started.
    """
    reader, writer = os.pipe()
    try:
        pid = os.posix_spawnp(
            argv[0],
            argv,
            env,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
    except OSError:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    printed = _read_to_end(reader)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), printed


def _read_to_end(descriptor: int) -> bytes:
    with open(descriptor, "rb") as pipe:
        return pipe.read()

"""Standard output through a pager, as Git does it with its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
import os
import sys

from git_anvcs.kernel import process


@contextmanager
def through(command: str, env: Mapping[str, str]) -> Iterator[None]:
    """Standard output goes to this shell command while the block runs; empty: as it is.

    env: the caller's environment; what it sets for the pager stays in force
    """
    if not command:
        yield
        return
    settings = {"LESS": "FRX", "LV": "-c"}
    own = {name: env.get(name, value) for name, value in settings.items()}
    pager = process.open_sink(("sh", "-c", command), env={**own, "GIT_PAGER_IN_USE": "true"})
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        if pager.stdin is not None:  # it never is; open_sink asked for a pipe
            os.dup2(pager.stdin.fileno(), 1)
            pager.stdin.close()
        yield
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        _drop_output()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        with suppress(KeyboardInterrupt):
            pager.wait()


def _drop_output() -> None:
    """What is left in Python's buffer goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    with suppress(BrokenPipeError):
        sys.stdout.flush()

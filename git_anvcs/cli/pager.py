"""Long answers go through the user's pager exactly when Git would do so."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
import sys

from git_anvcs.cli.command import Call
from git_anvcs.kernel import process


@contextmanager
def paged(call: Call) -> Iterator[None]:
    """Standard output goes to the pager while the block runs, if it is a terminal.

    `git var GIT_PAGER` knows GIT_PAGER, core.pager, PAGER and Git's own default (git-var(1)).
    """
    command = _command(call)
    if not command:
        yield
        return
    settings = {"LESS": "FRX", "LV": "-c"}
    env = {name: call.env.get(name, value) for name, value in settings.items()}
    pager = process.open_sink(("sh", "-c", command), env={**env, "GIT_PAGER_IN_USE": "true"})
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


def _command(call: Call) -> str:
    if call.output.as_json or not sys.stdout.isatty() or "GIT_PAGER_IN_USE" in call.env:
        return ""
    command = call.repo.line("var", "GIT_PAGER")
    return "" if command in ("", "cat") else command


def _drop_output() -> None:
    """What is left in Python's buffer goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    with suppress(BrokenPipeError):
        sys.stdout.flush()

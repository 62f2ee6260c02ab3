"""Long answers go through the user's pager exactly when Git would do so."""

from collections.abc import Iterator
from contextlib import contextmanager
import sys

from git_anvcs.cli.command import Call
from git_anvcs.kernel import paging


@contextmanager
def paged(call: Call) -> Iterator[None]:
    """Standard output goes to the pager while the block runs, if it is a terminal.

    `git var GIT_PAGER` knows GIT_PAGER, core.pager, PAGER and Git's own default (git-var(1)).
    """
    with paging.through(_command(call), call.env):
        yield


def _command(call: Call) -> str:
    if call.output.as_json or not sys.stdout.isatty() or "GIT_PAGER_IN_USE" in call.env:
        return ""
    command = call.repo.line("var", "GIT_PAGER")
    return "" if command in ("", "cat") else command

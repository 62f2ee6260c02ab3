"""The engine with a limit on time, for programs that must live on: it runs in a child process.

The limit is on processor time, as in the driver; by the clock it is six times as long.
"""

from git_anvcs.flows.whole_tree import worker
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.merge import engine
from git_anvcs.merge.result import Merged, Options, Versions


class TookTooLong(AnvcsError):
    """The merge was given up; nothing was changed."""

    exit_code = 3


def merge(versions: Versions, options: Options, lines: bytes | None, seconds: float) -> Merged:
    """`engine.merge`. Raises TookTooLong when it does not end in time, or dies."""
    found = worker.apart(lambda: engine.merge(versions, options, lines), seconds)
    if found is None:
        raise TookTooLong(
            f"{options.path or 'the file'}: no result within {seconds:g} seconds",
            hint="the limit is anvcs.merge.timeout in Git's configuration, in seconds",
        )
    return found

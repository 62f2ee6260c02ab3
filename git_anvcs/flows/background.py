"""Story: a hook started us and nobody waits; gather what comes for a moment, drain, go away."""

from contextlib import suppress
import os
from pathlib import Path
import time

from git_anvcs.flows.drain import drain, something_to_do
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths, share

# Long enough for post-rewrite to follow post-commit, and for a rebase to be one drain, not fifty.
_GATHER_SECONDS = 0.15
# A hook that is slower than this, on a machine that is, has its commit told by the reflog alone.
_HOOK_SECONDS = 2.0
_ROUNDS = 1000


def run(repo: Repo) -> None:
    """Drain until nothing comes any more. What goes wrong is the next command's to say."""
    _leave_everybody()
    paths = Paths(repo.common_dir)
    mark = paths.spool / "drainer"
    for _ in range(_ROUNDS):
        time.sleep(_GATHER_SECONDS)
        done = drain(repo, timeout=5.0, for_hooks=_HOOK_SECONDS)
        with suppress(OSError):
            mark.unlink()
        # A hook that found the mark relied on us; it wrote its line before it looked for the mark.
        if done.problem or not something_to_do(repo, paths):
            return
        with suppress(OSError):
            mark.write_text(f"{os.getpid()}\n")
            share(mark)


def _leave_everybody() -> None:
    """Own session, nothing kept open, no directory held.

    No lower priority: a reader may wait for the lock that this process holds.
    """
    with suppress(OSError):
        os.setsid()
    os.closerange(3, 256)
    os.chdir(Path("/"))

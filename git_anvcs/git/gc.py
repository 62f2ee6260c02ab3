"""Whether `git gc` is running: with --prune=now it deletes what no ref holds yet (git-gc(1))."""

import os
import re
import time

from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process

_STALE_SECONDS = 12 * 3600  # as builtin/gc.c: a lock older than this counts for nothing
_POLL_SECONDS = 0.02
_PID = re.compile("[0-9]{1,10}")


def wait(repo: Repo, *, timeout: float) -> bool:
    """Wait for a running `git gc` to end, `timeout` seconds at most; whether there was one."""
    seen = False
    deadline = time.monotonic() + timeout
    while running(repo):
        seen = True
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL_SECONDS)
    return seen


def running(repo: Repo) -> bool:
    """Whether somebody holds gc.pid, `PID HOST`; a dead process of this machine does not."""
    path = repo.common_dir / "gc.pid"
    try:
        pid, _, host = path.read_text(errors="replace").strip().partition(" ")
        if time.time() - path.stat().st_mtime > _STALE_SECONDS or not _PID.fullmatch(pid):
            return False
    except OSError:
        return False
    return host != os.uname().nodename or process.alive(int(pid))

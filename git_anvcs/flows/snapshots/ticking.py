"""Beside the daemon: what the policy says is due is done soon after an agent's task has ended.

Policies that go by time or rest are asked once a minute, as long as the journal grows. The work is
done by a program of its own: a check that hangs, or a hook, never keeps the journal waiting.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
import sys
from threading import Event as Signal
from threading import Thread
import time

from git_anvcs.flows.at_work import worktrees
from git_anvcs.flows.journal import daemon_socket
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import log, spool
from git_anvcs.store.paths import Paths

TICK, MINUTE = 1.0, 60.0
_OFF, _BY_TASK = "off", "per-task"
_LONGEST = 3600.0  # seconds for the checks of one worktree
_PROGRAM = (sys.executable, "-P", "-m", "git_anvcs.cli.start")
_ENDS = (b'"event":"stop"', b'"event":"session_end"', b'"event":"prompt"')


class Ticking:
    """A thread that does what is due, until it is told to end."""

    def __init__(self, repo: Repo, policy: Callable[[], tuple[str, float]]) -> None:
        """policy: asked for commits.policy and commits.minutes; it may raise AnvcsError"""
        self._repo, self._policy = repo, policy
        self._paths = Paths(repo.common_dir)
        self._ended = Signal()
        self._read = _size(spool.current(self._paths))
        self._operations: object = None  # in the journal, when that was asked last
        self._grew = self._asked = time.monotonic()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Ticking":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join(TICK)

    def _run(self) -> None:
        while not self._ended.wait(TICK):
            try:
                self._tick()
            except (AnvcsError, OSError) as error:
                log.note(self._paths.logs / "journal.log", f"commits.policy: {error}")

    def _tick(self) -> None:
        over, now = self._task_is_over(), time.monotonic()
        if not over and now < self._asked + MINUTE:
            return
        self._asked = now
        policy, minutes = self._policy()
        if policy == _OFF or (policy == _BY_TASK and not over):
            return
        if not over and not self._has_grown(now, minutes):
            return
        for tree in list(worktrees(self._repo)):
            self._do(Path(tree.path))

    def _has_grown(self, now: float, minutes: float) -> bool:
        """Whether there may be work that is not committed: in the policy's time, and a little."""
        told = daemon_socket.ask(self._paths, {"do": "status"}, TICK) or {}
        if told.get("operations") != self._operations:
            self._operations, self._grew = told.get("operations"), now
        return now - self._grew <= minutes * 60 + 3 * MINUTE

    def _do(self, root: Path) -> None:
        argv = (*_PROGRAM, "-C", str(root), "-q", "snapshot", "--due")
        done = process.run(argv, cwd=root, timeout=_LONGEST)
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        if said and said != "nothing is due":
            log.note(self._paths.logs / "journal.log", f"commits.policy: {said}")

    def _task_is_over(self) -> bool:
        """Whether an agent told so since it was last asked."""
        file = spool.current(self._paths)
        size = _size(file)
        if size == self._read:
            return False
        begin, self._read = self._read if size > self._read else 0, size
        with suppress(OSError), file.open("rb") as opened:
            opened.seek(begin)
            told = opened.read(size - begin)
            return any(word in told for word in _ENDS)
        return False


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0

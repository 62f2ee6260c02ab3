"""The daemon's mirror: what was journaled is copied a moment later, beside everything else."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from git_anvcs.flows.journal import mirror
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import log
from git_anvcs.store.paths import Paths

# What is saved within so many seconds is copied together.
_TOGETHER = 1.0
_LAST_SECONDS = 20.0


class Copying:
    """A thread with a journal of its own. folder: asked each time; empty: no mirror"""

    def __init__(self, repo: Repo, folder: Callable[[], str]) -> None:
        self._repo, self._paths, self._folder = repo, Paths(repo.common_dir), folder
        self._changed, self._ended = Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.problem = ""

    def start(self) -> None:
        self._changed.set()  # what happened while no daemon ran
        self._thread.start()

    def changed(self) -> None:
        """Something was journaled."""
        self._changed.set()

    def close(self) -> None:
        """After a last copy, or when that takes too long."""
        self._ended.set()
        self._changed.set()
        self._thread.join(_LAST_SECONDS)

    def _run(self) -> None:
        ended = False
        while not ended:
            self._changed.wait()
            ended = self._ended.wait(_TOGETHER)
            self._changed.clear()
            try:
                self._copy()
                self.problem = ""
            except (AnvcsError, OSError) as error:
                self._note(str(error))

    def _copy(self) -> None:
        folder = self._folder()
        if folder and self._paths.journal.is_dir():
            with Journal(self._paths) as journal:
                found = mirror.copy(self._repo, journal, Path(folder).expanduser())
            if found.problem:
                self._note(found.problem)

    def _note(self, problem: str) -> None:
        if problem != self.problem:
            log.note(self._paths.logs / "journal.log", f"mirror: {problem}")
        self.problem = problem

"""The journal as the daemon holds it: opened again where it was damaged, mended or full."""

from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from git_anvcs.flows.journal import mending
from git_anvcs.flows.journal.copying import Copying
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal, Replaced
from git_anvcs.journal.texts import Texts
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.database import Damaged
from git_anvcs.store.paths import Paths


class HeldOpen:
    """journal, texts: those to be used now; others take their place after a mending

    mirror: asked for the folder of a second copy, empty for none
    """

    def __init__(self, repo: Repo, journal: Journal, mirror: Callable[[], str]) -> None:
        self.copying = Copying(repo, mirror)
        self._repo, self._paths = repo, Paths(repo.common_dir)
        self.journal, self.texts = journal, Texts(journal)

    def begin(self) -> None:
        """What runs beside the loop; what a check finds is mended, and the loop sees a new file."""
        Thread(target=self._check, daemon=True).start()
        self.copying.start()

    def _check(self) -> None:
        with suppress(AnvcsError, OSError):
            mending.check_once(self._repo)

    def close(self) -> None:
        self.journal.close()
        self.copying.close()

    def is_ours(self) -> bool:
        """Whether the journal is where it was; one that was mended is opened again."""
        if self.journal.is_there():
            return True
        if mending.was_mended(self._paths, self.journal.place):
            self._reopen()
        return self.journal.is_there()

    def mend_after(self, error: Exception) -> None:
        """One that was damaged is mended; one that could only be read is tried again."""
        with suppress(AnvcsError):
            if isinstance(error, Damaged):
                mending.mend(self._repo, self.journal.place)
            if self.journal.stopped or isinstance(error, Damaged | Replaced):
                self._reopen()

    def _reopen(self) -> None:
        with suppress(AnvcsError):
            journal = Journal(self._paths)
            self.journal.close()
            self.journal, self.texts = journal, Texts(journal)

"""The journal of a repository, open for one story."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from git_anvcs.flows.journal.observe import Look, lane_of, observe
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.texts import Texts
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths


class Opened(NamedTuple):
    """lane: what the journal calls the worktree of `repo`; ignored: as of a Look

    stopped: why it does not tell of what is there now; empty when it does
    """

    repo: Repo
    journal: Journal
    texts: Texts
    lane: str
    ignored: tuple[str, ...] = ()
    stopped: str = ""

    def look(self, by: str = "") -> None:
        """Take down what the worktree holds now."""
        observe(self.repo, self.journal, self.texts, Look(by, ignored=self.ignored))


@contextmanager
def opened(
    repo: Repo,
    *,
    look: bool = True,
    by: str = "",
    ignored: tuple[str, ...] = (),
    reads: bool = False,
) -> Iterator[Opened]:
    """The journal, made if there is none; with `look`, it first takes down what is there now.

    by: whose that is
    reads: it is only asked, and answers as of its last look where nothing can be written
    Raises UsageError in a bare repository, CannotWrite, Damaged.
    """
    if repo.bare:
        raise UsageError("a bare repository has no worktree to keep a journal of")
    with Journal(Paths(repo.common_dir)) as journal:
        here = Opened(repo, journal, Texts(journal), lane_of(repo), ignored)
        if look:
            try:
                here.look(by)
            except CannotWrite as error:
                if not reads:
                    raise
                here = here._replace(stopped=error.message)
        yield here

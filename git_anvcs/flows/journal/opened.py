"""The journal of a repository, open for one story."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from git_anvcs.flows.journal.observe import Files, Look, lane_of, observe
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk
from git_anvcs.journal.journal import Journal, place_of
from git_anvcs.journal.op import Precision
from git_anvcs.journal.texts import Texts
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.database import Damaged
from git_anvcs.store.paths import Paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.flows.journal.mending import Mended


class Opened(NamedTuple):
    """lane: what the journal calls the worktree of `repo`; files: which count

    stopped: why it does not tell of what is there now; empty when it does
    mended: what came back of a journal that was found damaged just now
    """

    repo: Repo
    journal: Journal
    texts: Texts
    lane: str
    files: Files = Files()
    stopped: str = ""
    mended: "Mended | None" = None

    def look(self, by: str = "") -> None:
        """Take down what the worktree holds now."""
        observe(
            self.repo, self.journal, self.texts, Look(by, Precision.OBSERVED, None, *self.files)
        )


@contextmanager
def opened(
    repo: Repo,
    *,
    look: bool = True,
    by: str = "",
    ignored: tuple[str, ...] = (),
    largest: int = disk.LARGEST,
    reads: bool = False,
) -> Iterator[Opened]:
    """The journal, made if there is none; with `look`, it first takes down what is there now.

    by: whose that is; ignored, largest: as of Files
    reads: it is only asked, and answers as of its last look where nothing can be written
    Raises UsageError in a bare repository, CannotWrite, Damaged.
    """
    if repo.bare:
        raise UsageError(
            "a bare repository has no worktree to keep a journal of",
            hint="go to one of its worktrees (`git worktree list`), or name it with -C DIR",
        )
    file = Paths(repo.common_dir).journal / "journal.db"
    place, told, files = place_of(file), None, Files(ignored, largest)
    try:
        here = _ready(repo, look, by, files, reads)
    except Damaged:
        told = _mended(repo, place)
        here = _ready(repo, look, by, files, reads)
    with here.journal:
        try:
            yield here._replace(mended=told)
        except Damaged as error:
            told = _mended(repo, here.journal.place)
            raise Damaged(str(told or error), hint="run the command again") from error


def _ready(repo: Repo, look: bool, by: str, files: Files, reads: bool) -> Opened:
    journal = Journal(Paths(repo.common_dir))
    try:
        here = Opened(repo, journal, Texts(journal), lane_of(repo), files)
        return _looked(here, by, reads=reads) if look else here
    except BaseException:
        journal.close()
        raise


def _looked(here: Opened, by: str, *, reads: bool) -> Opened:
    try:
        here.look(by)
    except CannotWrite as error:
        if not reads:
            raise
        return here._replace(stopped=error.message)
    return here


def _mended(repo: Repo, place: bytes) -> "Mended | None":
    from git_anvcs.flows.journal import mending  # only a damaged journal needs it

    return mending.mend(repo, place)

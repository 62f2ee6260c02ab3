"""Story: beside a daemon's loop, the journal is kept small: packed once a day.

It is sealed, and its contents are kept below the limit, more often.

In a thread with a connection of its own, so that a save is never waited for; SQLite lets one of
them write at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
import time

from git_anvcs.flows.journal import upkeep
from git_anvcs.flows.journal.opened import opened
from git_anvcs.flows.journal.upkeep import Rules
from git_anvcs.git.repo import Repo
from git_anvcs.journal import sealing
from git_anvcs.journal.journal import place_of
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import log
from git_anvcs.store.paths import Paths

# How often, in seconds; the first time after a start is later than what a start has to do.
SEAL = sealing.SEAL_SECONDS
COLLECT = 86400.0
FIRST = 120.0


@contextmanager
def running(repo: Repo, rules: Callable[[], Rules]) -> Iterator[None]:
    """For the block, as long as the repository is where it is."""
    ending = Event()
    thread = Thread(target=_keep, args=(repo, rules, ending), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(1)  # what it is in the middle of may die with the process


def _keep(repo: Repo, rules: Callable[[], Rules], ending: Event) -> None:
    due, pause = time.monotonic(), FIRST
    place = place_of(repo.common_dir)
    while not ending.wait(pause) and place == place_of(repo.common_dir):
        pause = SEAL
        with suppress(OSError):
            try:
                due = _kept(repo, rules, due)
            except AnvcsError as error:
                log.note(Paths(repo.common_dir).logs / "journal.log", f"upkeep: {error}")


def _kept(repo: Repo, rules: Callable[[], Rules], due: float) -> float:
    """Seal, and collect when that is due; when it will be next. Raises AnvcsError."""
    paths = Paths(repo.common_dir)
    if not (paths.journal / "journal.db").is_file():
        return due  # it was deleted, and nothing is made in its place
    with opened(repo, look=False) as here:
        if time.monotonic() < due:
            upkeep.seal(paths, here.journal, clock.now(), older=SEAL)
            upkeep.limited(here.journal, rules().limit, clock.now())
            return due
        upkeep.collect(here, rules(), clock.now(), older=SEAL)
    return time.monotonic() + COLLECT

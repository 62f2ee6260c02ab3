"""Story: what waits for a store is sent, and what was missing is fetched, when nobody waits for it.

Runs with every drain (flows/drain.py), so also in the background after a commit. It only asks a
store whose next try is due, never touches the worktree, and says in the outbox what still waits.
"""

from collections.abc import Mapping
import random
from typing import NamedTuple

from git_anvcs.blobs import queue
from git_anvcs.blobs.errors import Archived
from git_anvcs.blobs.ledger import Job
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import fetching, pointed, selecting, uploading
from git_anvcs.flows.blobs.clone import Clone, is_used, opened
from git_anvcs.git import objects, refs
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.store import atomic, lock
from git_anvcs.store.lock import Locked
from git_anvcs.store.paths import Paths

_WAIT_SECONDS = 60.0


class Drained(NamedTuple):
    """How many were sent, fetched, and still wait."""

    sent: int = 0
    fetched: int = 0
    waiting: int = 0


def drain(repo: Repo, env: Mapping[str, str], *, patient: bool = True) -> Drained:
    """Do what is due. patient: not what failed just now

    Who is patient leaves it to another process that is at it. Raises UsageError (settings),
    CannotWrite, Damaged.
    """
    paths = Paths(repo.common_dir)
    if not is_used(paths) or paths.off.exists():
        return Drained()
    place = paths.locks / "blob-drain"
    try:
        with lock.held(place, timeout=0 if patient else _WAIT_SECONDS), opened(repo, env) as here:
            fetched = _fetch(here, patient=patient)
            _take_up(here)
            sent = uploading.send(here, uploading.due(here, patient=patient))
            waiting = here.ledger.jobs(queue.UPLOAD)
    except Locked:
        return Drained()
    return Drained(sum(1 for one in sent if one.copy), fetched, len(waiting))


def _take_up(here: Clone) -> None:
    """Queue what commits brought since the last time, also those that no hook has seen."""
    repo, file = here.repo, here.paths.blobs / "taken-up"
    tips = set(refs.read(repo, "refs/heads").values())
    if head := repo.resolve("HEAD"):
        tips.add(head)
    try:
        known = file.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        known = []
    new = tips - set(known)
    if not new:
        return
    old = [f"^{oid}" for oid in objects.ids(repo, known) if oid]
    found = pointed.in_commits(repo, [*new, *old, "--not", "--remotes"])
    uploading.enqueue(here, pointed.contents(found))
    atomic.write(file, "\n".join(sorted(tips)).encode() + b"\n")


def _fetch(here: Clone, *, patient: bool) -> int:
    """Bring what could not be had before; how many came."""
    now = int(clock.now())
    listed = here.ledger.jobs(queue.FETCH, due=now if patient else None)
    gone = [job for job in listed if here.cache.has(job.oid, job.size)]
    gone += selecting.given_up(here.ledger, selecting.of_settings(here.settings), listed)
    if gone:
        here.ledger.done(gone)
    jobs = {job.oid: job for job in listed if job not in gone}
    came: list[Job] = []
    fetcher = fetching.Fetcher(here)
    try:
        for job in jobs.values():
            fetcher.ask(Pointer(job.oid, job.size))
        for pointer, problem in fetcher:
            job = jobs[pointer.oid]
            if problem is None:
                came.append(job)
            elif not isinstance(problem, Archived):
                here.ledger.update([queue.failed(job, problem, now, random.random)])
    finally:
        fetcher.close()
    return len(came)

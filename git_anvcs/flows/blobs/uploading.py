"""Story: contents go to the stores, each once, and count as there when the store was asked again.

One process at a time sends a content; who waited finds it done. A killed process leaves its job as
far as it came, and the next one goes on from there.
"""

from collections.abc import Callable, Iterable, Sequence
import random
import time
from typing import NamedTuple

from git_anvcs.blobs import queue
from git_anvcs.blobs.errors import BlobMissing, Unreachable, WrongContent
from git_anvcs.blobs.ledger import Copy, Job, Ledger
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs import clone, confirming, pins, recorded
from git_anvcs.flows.blobs.clone import Clone, Patience, lock_of, pin_of, seconds_for
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.store import lock, outbox

KIND = "blobs"  # in the outbox

_EVER = 366 * 86400.0
_LOOK_SECONDS = 1.0


class Sent(NamedTuple):
    """One job that has ended. copy: what the store has now; problem: why it has not"""

    job: Job
    copy: Copy | None = None
    problem: AnvcsError | None = None


Progress = Callable[[Sent], None]


# Told of the jobs before the first is done; gives what is told of each.
Starts = Callable[[Sequence[Job]], Progress]


def silently(_: Sequence[Job]) -> Progress:
    """Progress that nobody looks at."""
    return lambda _: None


def enqueue(here: Clone, pointers: Iterable[Pointer]) -> list[Job]:
    """Jobs for what is here and not yet in every store that should have it; queued, returned."""
    now = int(clock.now())
    jobs = [
        queue.wanted(pointer.oid, pointer.size, alias, now)
        for pointer in {pointer.unpinned(): pointer for pointer in pointers}.values()
        if here.cache.has(pointer.oid, pointer.size)
        for alias in lacking(here, pointer.oid)
    ]
    if jobs:
        here.ledger.ask(jobs)
    keys = {job[:3] for job in jobs}
    return [job for job in here.ledger.jobs(queue.UPLOAD) if job[:3] in keys] if jobs else []


def send(
    here: Clone, jobs: Sequence[Job], starts: Starts = silently, *, seconds: float = _EVER
) -> list[Sent]:
    """Do these jobs in threads, for at most `seconds`; what does not end by then stays queued.

    What was learnt of versions goes to the notes (pins.py). No problem of a job is raised.
    """
    deadline = time.monotonic() + seconds
    progress = starts(jobs)
    worker = _Sender(here)
    answers: list[Sent] = []
    workers = Workers(worker.send, limit=lambda job: seconds_for(job.size))
    for job in jobs:
        workers.give(job)
    while len(workers) and (left := deadline - time.monotonic()) > 0:
        ended = workers.next(min(left, _LOOK_SECONDS))
        if ended is not None:
            answers.append(_told(here, Sent(*ended)))
            progress(answers[-1])
    late = workers.drop()
    workers.close()
    answers += [Sent(job, None, Unreachable("not done in time; it waits")) for job in late]
    done = [sent for sent in answers if sent.copy]
    _pin(here, [sent.copy for sent in done if sent.copy])
    here.ledger.done([sent.job for sent in done])  # killed before: it is pinned the next time
    recorded.settle(here)
    _tell_outbox(here)
    return answers


def due(here: Clone, *, patient: bool) -> list[Job]:
    """The jobs that may be tried now. patient: not yet those that failed just now, or whose
    store is left alone."""
    now = int(clock.now())
    if not patient:
        return here.ledger.jobs(queue.UPLOAD)
    resting = queue.resting(here.ledger, now)
    found = here.ledger.jobs(queue.UPLOAD, due=now)
    return [job for job in found if job.storage not in resting]


def copy_in(here: Clone, oid: str, aliases: Iterable[str]) -> Copy | None:
    """A copy in one of these stores that the store itself confirmed; the first alias counts."""
    copies = [copy for copy in clone.copies(here, oid) if copy.verified]
    for alias in aliases:
        for copy in copies:
            if copy.storage == alias:
                return copy
    return None


def lacking(here: Clone, oid: str) -> list[str]:
    """The stores that should have this content and have not confirmed it."""
    has = {copy.storage for copy in clone.copies(here, oid) if copy.verified}
    return [alias for alias in here.stores.writes if alias not in has]


def _told(here: Clone, sent: Sent) -> Sent:
    """The queue hears how a job ended."""
    job, now = sent.job, int(clock.now())
    if sent.problem is None:
        if here.ledger.job(queue.REST, "", job.storage):
            queue.answered(here.ledger, [job.storage])
        return sent
    if isinstance(sent.problem, Unreachable):
        queue.silent(here.ledger, job.storage, sent.problem, now, random.random)
    waiting = here.ledger.job(*job[:3])
    if waiting is not None:
        here.ledger.update([queue.failed(waiting, sent.problem, now, random.random)])
    return sent


def _pin(here: Clone, copies: list[Copy]) -> None:
    """The notes keep which versions hold the contents, for every clone; not of this machine's."""
    shared = [copy for copy in copies if copy.storage in here.stores.enough]
    found = [pin_of(copy, here.cache.place(copy.oid).stat().st_size) for copy in shared]
    pins.add(here.repo, [pin for pin in found if pin.version_id], int(clock.now()))


def _tell_outbox(here: Clone) -> None:
    """`git anvcs status` shows what waits, by store."""
    waiting = {job.storage for job in here.ledger.jobs(queue.UPLOAD)}
    for storage in here.stores.writes:
        tell = outbox.put if storage in waiting else outbox.done
        tell(here.paths, KIND, {"remote": storage})


class _Sender:
    """What each thread does; it has a ledger of its own, as SQLite wants it."""

    def __init__(self, here: Clone) -> None:
        self._here = here
        self._paths, self._cache, self._stores = here.paths, here.cache, here.stores
        self._patience = Patience(queue.FAILURES)

    def send(self, job: Job) -> Copy:
        """One job to its end; raises what goes wrong."""
        store = self._stores.by_alias.get(job.storage)
        if store is None:
            known = self._stores.problems.get(job.storage)
            raise known or UsageError(f"there is no store {job.storage!r} here")
        place = lock_of(self._paths, job.oid)
        with lock.held(place, timeout=seconds_for(job.size)), Ledger(self._paths) as ledger:
            for copy in clone.copies(self._here, job.oid, ledger):
                if copy.verified and copy.storage == job.storage:  # another process was first
                    return copy
            with self._patience.asking(job.storage):
                return self._step_by_step(ledger, job)

    def _step_by_step(self, ledger: Ledger, job: Job) -> Copy:
        store, place = self._stores.by_alias[job.storage], self._stores.places[job.storage]
        job = ledger.job(*job[:3]) or job
        version = queue.version_in(job)
        if version is None or version.place != place:
            ledger.update([job._replace(state=queue.UPLOADING)])
            held = store.upload(self._cache.place(job.oid), key_of(job.oid))
            if (held.sha256, held.size) != (job.oid, job.size):
                raise WrongContent(f"the store {job.storage} got other bytes than {job.oid[:12]}")
            version = queue.version_of(held, place)
            job = queue.uploaded(job, version)
            ledger.update([job])
        try:
            confirming.stands(store, version.key, version.version_id, job.size)
        except (BlobMissing, WrongContent) as error:
            ledger.update([job._replace(state=queue.WAITING, note="")])
            raise BlobMissing(
                f"the store {job.storage} lost {job.oid[:12]} at once: {error.message}"
            ) from error
        return queue.verified(ledger, job, version, int(clock.now()))

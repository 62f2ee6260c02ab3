"""What this clone has to send: contents that its own commits point to."""

from collections.abc import Iterable

from git_anvcs.blobs import queue
from git_anvcs.blobs.errors import BlobMissing, WrongContent
from git_anvcs.blobs.ledger import Copy, Job
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import pointed, uploading
from git_anvcs.flows.blobs.clone import Clone, Patience, seconds_for
from git_anvcs.flows.blobs.confirming import confirmed, stands
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock

_TRIES = 3


def pointers(repo: Repo, *, everything: bool = False) -> list[Pointer]:
    """Those of commits that no remote has, as far as is known here; everything: of all commits."""
    head = [oid] if (oid := repo.resolve("HEAD")) else []
    which = ("--all",) if everything else ("--branches", "--not", "--remotes")
    return pointed.contents(pointed.in_commits(repo, [*head, *which]))


def would_send(here: Clone, found: Iterable[Pointer]) -> list[Job]:
    """The jobs that wait and those that `uploading.enqueue` would add; nothing is written."""
    now = int(clock.now())
    jobs = {job[:3]: job for job in here.ledger.jobs(queue.UPLOAD)}
    for pointer in found:
        if here.cache.has(pointer.oid, pointer.size):
            for alias in uploading.lacking(here, pointer.oid):
                job = queue.wanted(pointer.oid, pointer.size, alias, now)
                jobs.setdefault(job[:3], job)
    return list(jobs.values())


def ask_again(here: Clone, found: Iterable[Pointer]) -> None:
    """Forget copies that their store, asked now, has not, or with another size; what does not
    answer is believed.

    Another bucket may be set since, or another disk be mounted where one was.
    """
    patience = Patience(_TRIES)

    def look(task: tuple[Copy, int]) -> None:
        copy, size = task
        with patience.asking(copy.storage):
            stands(here.stores.by_alias[copy.storage], copy.key, copy.version_id, size)

    workers: Workers[tuple[Copy, int], None] = Workers(look, limit=lambda _: seconds_for(0))
    writes = [alias for alias in here.stores.writes if alias in here.stores.by_alias]
    for pointer in {pointer.oid: pointer for pointer in found}.values():
        for copy in confirmed(here, pointer.oid):
            if copy.storage in writes:
                workers.give((copy, pointer.size))
    for ended in workers.all():
        if isinstance(ended.problem, BlobMissing | WrongContent):
            here.ledger.forget_copy(ended.task[0])

"""What this clone has to send: contents that its own commits point to."""

from collections.abc import Iterable

from git_anvcs.blobs import queue
from git_anvcs.blobs.ledger import Job
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import pointed, uploading
from git_anvcs.flows.blobs.clone import Clone
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock


def pointers(repo: Repo, *, everything: bool = False) -> list[Pointer]:
    """Those of commits that no remote has, as far as is known here; everything: of all commits."""
    head = [oid] if (oid := repo.resolve("HEAD")) else []
    which = ("--all",) if everything else ("--branches", "--not", "--remotes")
    return list(pointed.by_oid(pointed.in_commits(repo, [*head, *which])).values())


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

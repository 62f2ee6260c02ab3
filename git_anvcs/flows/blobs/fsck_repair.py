"""Story: what is damaged or missing here is fetched again, what a store lost is sent again."""

from collections.abc import Iterable, Mapping, Sequence

from git_anvcs.blobs import queue
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import clone, faults, fetching, uploading
from git_anvcs.flows.blobs.clone import Clone
from git_anvcs.flows.blobs.faults import Fault
from git_anvcs.kernel.errors import AnvcsError

_HERE = (faults.DAMAGED, faults.MISSING, faults.UNSENT)
_THERE = (faults.GONE, faults.OTHER, faults.NOWHERE)


def repair(
    here: Clone, env: Mapping[str, str], found: Sequence[Fault], known: Iterable[Pointer]
) -> tuple[list[Fault], list[AnvcsError]]:
    """The faults as they stand now, and why those that stand could not be mended.

    known: the pointers of these contents, which may say where they are
    """
    problems: dict[str, AnvcsError] = {}
    pinned = {pointer.unpinned(): pointer for pointer in known}
    lost = [
        Pointer(one.oid, one.size)
        for one in found
        if one.kind in _HERE or (one.kind in _THERE and not here.cache.has(one.oid))
    ]
    wanted = [pinned.get(pointer, pointer) for pointer in lost]
    for got in fetching.fetch(here.repo, env, wanted, lambda *_: None):
        if got.problem:
            problems[got.pointer.oid] = got.problem
    here.ledger.done(
        job for job in here.ledger.jobs(queue.FETCH) if here.cache.has(job.oid, job.size)
    )
    sent = _send(here, [one for one in found if one.kind in _THERE])
    problems |= sent
    return [_now(here, one, problems) for one in found], list(problems.values())


def _send(here: Clone, found: Sequence[Fault]) -> dict[str, AnvcsError]:
    """Send what stores lost; why not, by oid."""
    for one in found:
        for copy in clone.copies(here, one.oid):
            if copy.storage == one.storage and one.kind == faults.OTHER:
                here.ledger.forget_copy(copy)
    jobs = uploading.enqueue(here, [Pointer(one.oid, one.size) for one in found])
    return {one.job.oid: one.problem for one in uploading.send(here, jobs) if one.problem}


def _now(here: Clone, one: Fault, problems: Mapping[str, AnvcsError]) -> Fault:
    if one.repaired or one.oid in problems:
        return one
    if one.kind in _HERE:
        return one._replace(repaired=here.cache.has(one.oid, one.size))
    if one.kind in _THERE:
        copies = [copy for copy in clone.copies(here, one.oid) if copy.verified]
        there = any(copy.storage == one.storage or not one.storage for copy in copies)
        return one._replace(repaired=there)
    return one

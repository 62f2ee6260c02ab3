"""Story: before a push, every large file that its commits bring is in a store that others can read.

The store was asked for each of them, now or earlier. What is not there is a list, and no push.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.blobs.ledger import Copy
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import places, pointed, uploading
from git_anvcs.flows.blobs.clone import Clone, Patience, opened, seconds_for
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.blobs.places import Place
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.uploading import Starts
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError

_TRIES = 3


class Lack(NamedTuple):
    """A large file that no store has that others can read, and why."""

    at: At
    problem: AnvcsError | None = None


class Checked(NamedTuple):
    """What stands before a push.

    lacking: what must not be pushed yet; sent: how many were sent now
    kept_here: large files that settings keep on this machine
    contents: files that should be pointers, and whose contents become part of the history
    """

    lacking: tuple[Lack, ...] = ()
    sent: int = 0
    kept_here: int = 0
    contents: tuple[str, ...] = ()


def range_of(repo: Repo, lines: Iterable[str]) -> list[str]:
    """What a push brings that no remote is known to have, in the words of rev-list.

    What one has was looked after by whoever pushed it there; a fork's first push is not held up
    by a file that others lost long ago.

    lines: `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`, as pre-push has them (githooks(5))
    """
    rows = [line.split() for line in lines]
    told = [(row[-3], row[-1]) for row in rows if len(row) == 4]
    new = [local for local, _ in told if local.strip("0")]
    there = [theirs for _, theirs in told if theirs.strip("0")]
    known = [oid for oid in objects.ids(repo, there) if oid]
    return [*new, *(f"^{oid}" for oid in known), "--not", "--remotes"] if new else []


def before_push(
    repo: Repo,
    env: Mapping[str, str],
    revisions: Sequence[str],
    starts: Starts = uploading.silently,
) -> Checked:
    """Send what these revisions need, ask for what others should have sent; what is lacking.

    Raises UsageError (settings), and what the ledger and Git raise.
    """
    found = pointed.in_commits(repo, revisions) if revisions else []
    contents = pointed.contents_in(repo, revisions) if revisions and not repo.bare else ()
    if not found:
        return Checked(contents=contents)
    filters = {at.blob for at in pointed.tracked(repo, found)} if not repo.bare else set()
    with opened(repo, env) as here:
        needed = {
            at.pointer.oid: at
            for at in found
            if at.blob in filters or here.cache.has(at.pointer.oid, at.pointer.size)
        }
        if not here.stores.enough:
            return Checked(kept_here=len(needed), contents=contents)
        wanted = _without_copy(here, needed)
        jobs = uploading.enqueue(here, [at.pointer for at in wanted.values()])
        sent = uploading.send(here, jobs, starts)
        problems = {one.job.oid: one.problem for one in sent if one.problem}
        wanted = _without_copy(here, wanted)
        problems |= _ask_stores(here, [at.pointer for at in wanted.values()])
        lacking = [Lack(at, problems.get(oid)) for oid, at in wanted.items() if oid in problems]
        return Checked(tuple(lacking), sum(1 for one in sent if one.copy), contents=contents)


def _without_copy(here: Clone, needed: Mapping[str, At]) -> dict[str, At]:
    return {
        oid: at
        for oid, at in needed.items()
        if uploading.copy_in(here, oid, here.stores.enough) is None
    }


def _ask_stores(here: Clone, missing: Sequence[Pointer]) -> dict[str, AnvcsError]:
    """Why contents are in no store, by oid; those that one has are left out, and remembered."""
    notes, patience = Notes(here.repo), Patience(_TRIES)

    def look(task: tuple[Pointer, tuple[Place, ...]]) -> Copy | None:
        return _first(here, patience, *task)

    workers: Workers[tuple[Pointer, tuple[Place, ...]], Copy | None]
    workers = Workers(look, limit=lambda _: seconds_for(0))
    for pointer in missing:
        workers.give((pointer, places.of(here, notes, pointer, aliases=here.stores.enough)))
    problems: dict[str, AnvcsError] = {}
    for ended in workers.all():
        pointer = ended.task[0]
        if ended.result:
            here.ledger.add_copies([ended.result])
        else:
            problems[pointer.oid] = ended.problem or _nowhere(here, pointer)
    return problems


def _first(
    here: Clone, patience: Patience, pointer: Pointer, asked: Iterable[Place]
) -> Copy | None:
    """In a thread: the first place that has it. Raises what is worst when none is known to."""
    problems: list[AnvcsError] = []
    for alias, key, version, _ in asked:
        try:
            with patience.asking(alias):
                there = here.stores.by_alias[alias].exists(key, version or None)
        except AnvcsError as error:
            problems.append(error)
            continue
        if there:
            now, at = int(clock.now()), here.stores.places[alias]
            return Copy(pointer.oid, alias, key, version, seconds=now, place=at)
    if problem := places.worst(problems):
        raise problem
    return None


def _nowhere(here: Clone, pointer: Pointer) -> AnvcsError:
    for alias in here.stores.enough:
        if alias in here.stores.problems:
            return here.stores.problems[alias]
    where = "in no store" if here.cache.has(pointer.oid) else "neither here nor in a store"
    return AnvcsError(f"{pointer.oid[:12]} is {where}")

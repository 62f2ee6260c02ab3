"""Story: do the stores have what is said of them, as it was sent?"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from git_anvcs.blobs.errors import BlobMissing
from git_anvcs.blobs.ledger import Copy
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import Looked
from git_anvcs.blobs.stores.s3 import S3Store
from git_anvcs.flows.blobs import faults, places
from git_anvcs.flows.blobs.clone import Clone, Patience, seconds_for
from git_anvcs.flows.blobs.faults import Fault
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.blobs.places import Place
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.terminal import quoted

_TRIES = 3

Progress = Callable[[int], None]  # told of contents that were asked for


class Asked(NamedTuple):
    """What was found; silent: why stores did not answer, each reason once."""

    faults: list[Fault]
    silent: list[AnvcsError]


class _Answer(NamedTuple):
    faults: list[Fault]
    lost: list[Copy]
    silent: AnvcsError | None = None


def ask(here: Clone, found: Sequence[At], progress: Progress) -> Asked:
    """Ask for every version that pointers, notes and this clone's ledger name."""
    notes, patience = Notes(here.repo), Patience(_TRIES)
    contents: dict[str, dict[Pointer, At]] = {}
    for at in found:
        contents.setdefault(at.pointer.oid, {})[at.pointer] = at

    def look(task: tuple[At, tuple[Place, ...]]) -> _Answer:
        return _look(here, patience, *task)

    workers: Workers[tuple[At, tuple[Place, ...]], _Answer]
    workers = Workers(look, limit=lambda _: seconds_for(0))
    for pointers in contents.values():
        first = next(iter(pointers.values()))
        workers.give((first, places.of(here, notes, *pointers)))
    told, silent = versioning(here), {}
    for ended in workers.all():
        progress(1)
        answer = ended.result or _Answer([], [], ended.problem)
        told += answer.faults
        for copy in answer.lost:
            here.ledger.forget_copy(copy)
        if answer.silent:
            silent[answer.silent.message] = answer.silent
    return Asked(told, list(silent.values()))


def versioning(here: Clone) -> list[Fault]:
    """The stores in use that keep no versions, as far as one can ask them."""
    found = []
    for alias in here.stores.writes:
        store = here.stores.by_alias.get(alias)
        try:
            finding = store.versioning() if isinstance(store, S3Store) else None
        except AnvcsError:
            continue  # that it does not answer is told of its contents
        if finding and finding.status != "good":
            said = f"{alias}: {finding.said}"
            found.append(Fault(faults.VERSIONING, said, storage=alias))
    return found


def _look(here: Clone, patience: Patience, at: At, asked: tuple[Place, ...]) -> _Answer:
    """In a thread: every version that is named; where none is there, the newest of the key."""
    found, silent = [], None
    gone: list[Place] = []
    good: set[str] = set()  # stores that have it
    for place in asked:
        if not place.by:
            continue
        try:
            with patience.asking(place.storage):
                said = _faults(here, place, at.pointer)
            found += [_fault(faults.OTHER, at, place, words) for words in said]
            good |= set() if said else {place.storage}
        except BlobMissing:
            gone.append(place)
        except AnvcsError as error:
            silent = error
    if not good and not found and not silent:
        silent = _newest(here, patience, asked, good)
    lost = [Copy(at.pointer.oid, *one[:3], place=here.stores.places[one.storage]) for one in gone]
    if not good and not found and not silent:
        silent = places.unasked(here.stores, at.pointer)
    nowhere = not good and not found and not silent
    found += _gone(at, gone, good)
    if nowhere:
        said_so = f"{quoted(at.path)}: no store has {at.pointer.oid[:12]}"
        found.append(Fault(faults.NOWHERE, said_so, at.path, at.pointer.oid, at.pointer.size))
    return _Answer(found, lost, silent)


def _newest(
    here: Clone, patience: Patience, asked: tuple[Place, ...], good: set[str]
) -> AnvcsError | None:
    """Add to `good` the first store that has the key, of those that should have contents; when
    none is known to, why one did not answer."""
    should = here.stores.enough or here.stores.writes
    problems: list[AnvcsError] = []
    for alias, key, _, by in asked:
        if by or alias not in should:
            continue
        try:
            with patience.asking(alias):
                there = here.stores.by_alias[alias].exists(key)
        except AnvcsError as error:
            problems.append(error)
            continue
        if there:
            good.add(alias)
            return None
    return places.worst(problems)


def _gone(at: At, gone: list[Place], good: set[str]) -> list[Fault]:
    """Versions that are no more. Where the store has another, only a commit still names them: that
    is never changed, and needs no mending."""
    found = []
    for place in gone:
        again = place.storage in good
        if not again or place.by == places.POINTER:
            words = f"the version that {place.by} names is gone"
            words += ", another is there" if again else ""
            found.append(_fault(faults.GONE, at, place, words)._replace(repaired=again))
    return found


def _faults(here: Clone, place: Place, pointer: Pointer) -> list[str]:
    """Raises BlobMissing when the version is gone, and what the store raises."""
    store = here.stores.by_alias[place.storage]
    if isinstance(store, Looked):
        return store.faults(place.key, place.version_id, pointer.size)
    if not store.exists(place.key, place.version_id or None):
        raise BlobMissing(f"{place.key} is gone")
    return []


def _fault(kind: str, at: At, place: Place, words: str) -> Fault:
    said = f"{quoted(at.path)}: {place.storage}: {words}"
    return Fault(kind, said, at.path, at.pointer.oid, at.pointer.size, place.storage)

"""Story: are the large files where they are said to be, here and in the stores?"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from git_anvcs.blobs.coming import Coming, watched
from git_anvcs.blobs.errors import BlobMissing
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs.clone import Clone, Patience, is_bare, key_in, silence
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.kernel.errors import AnvcsError

_LOOK_SECONDS = 1.0
_TRIES = 3

Progress = Callable[["Verdict"], None]


class Place(NamedTuple):
    """One version in one store; version_id: empty for the newest."""

    storage: str
    key: str
    version_id: str = ""


class Verdict(NamedTuple):
    """What is true of one content.

    here: in the cache, and its bytes were read and counted just now
    place: a store that has it; problem: why none is known to
    pinned_gone: the store has not the version that the pointer names, but another copy is there
    """

    at: At
    here: bool
    place: Place | None = None
    problem: AnvcsError | None = None
    pinned_gone: bool = False

    @property
    def safe(self) -> bool:
        """Whether a clone could have it now."""
        return self.place is not None


def verify(
    here: Clone, found: Sequence[At], progress: Progress, *, contents: bool = False
) -> list[Verdict]:
    """Ask the stores for each of these; contents: bring and count each."""
    notes, patience = Notes(here.repo), Patience(_TRIES)

    def look(task: tuple[At, tuple[Place, ...]]) -> Verdict:
        at, places = task
        present = here.cache.whole(at.pointer.oid)
        problem: AnvcsError | None = None
        for place in places:
            try:
                patience.check(place.storage)
                with watched(coming[at]):
                    has = _has(here, place, at.pointer, contents=contents)
                if has:
                    others = not is_bare(here, at.pointer)  # a pin of one machine is none of theirs
                    gone = others and bool(at.pointer.version_id) and place != places[0]
                    return Verdict(at, present, place, pinned_gone=gone)
            except AnvcsError as error:
                problem = clearer(problem, error)
        return Verdict(at, present, None, problem or BlobMissing("no store has it"))

    workers: Workers[tuple[At, tuple[Place, ...]], Verdict]
    coming = {at: Coming(at.pointer.size) for at in found}
    workers = Workers(
        look, limit=lambda _: silence(here.settings), came=lambda task: coming[task[0]].bytes
    )
    for at in {at.pointer: at for at in found}.values():
        workers.give((at, tuple(_places(here, at.pointer, notes.of(at.pointer)))))
    verdicts = []
    while len(workers):
        ended = workers.next(_LOOK_SECONDS)
        if ended is not None:
            verdicts.append(ended.result or Verdict(ended.task[0], False, None, ended.problem))
            progress(verdicts[-1])
    workers.close()
    return sorted(verdicts, key=lambda verdict: verdict.at.path)


def clearer(before: AnvcsError | None, now: AnvcsError) -> AnvcsError:
    """Of two problems the first that is more than an absence: who is refused has seen nothing."""
    return now if before is None or isinstance(before, BlobMissing) else before


def _places(here: Clone, pointer: Pointer, notes: Iterable[Pointer]) -> list[Place]:
    pins = [pin for pin in (pointer, *notes) if pin.version_id or pin.cid]
    places = [Place(pin.storage, key_in(pin), pin.version_id or pin.cid) for pin in pins]
    copies = here.ledger.copies(pointer.oid)
    places += [Place(copy.storage, copy.key, copy.version_id) for copy in copies]
    places += [Place(alias, key_of(pointer.oid)) for alias in here.stores.by_alias]
    return [p for p in dict.fromkeys(places) if p.storage in here.stores.by_alias]


def _has(here: Clone, place: Place, pointer: Pointer, *, contents: bool) -> bool:
    store = here.stores.by_alias[place.storage]
    if not contents:
        return store.exists(place.key, place.version_id or None)
    draft = here.cache.free_name()
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        store.download(place.key, place.version_id, draft)
        here.cache.adopt(draft, pointer.oid, pointer.size)
    finally:
        draft.unlink(missing_ok=True)
    return True

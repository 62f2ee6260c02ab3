"""Story: are the large files where they are said to be, here and in the stores?"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from git_anvcs.blobs.coming import Coming, watched
from git_anvcs.blobs.errors import BlobMissing, WrongContent
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import places
from git_anvcs.flows.blobs.clone import Clone, Patience, is_bare, silence
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.blobs.places import Place
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import make_folder

_TRIES = 3
_NOT_THERE = (BlobMissing, WrongContent)

Progress = Callable[["Verdict"], None]


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
        at, asked = task
        present = here.cache.whole(at.pointer.oid)
        problems: list[AnvcsError] = []
        gone = False
        for place in asked:
            try:
                with patience.asking(place.storage), watched(coming[at]):
                    _look(here, place, at.pointer, contents=contents)
                return Verdict(at, present, place, pinned_gone=gone)
            except AnvcsError as error:
                problems.append(error)
                others = not is_bare(here, at.pointer)  # a pin of one machine is none of theirs
                gone |= others and place.by == places.POINTER and isinstance(error, _NOT_THERE)
        return Verdict(at, present, None, _worst(here, at.pointer, problems))

    workers: Workers[tuple[At, tuple[Place, ...]], Verdict]
    coming = {at: Coming(at.pointer.size) for at in found}
    workers = Workers(
        look, limit=lambda _: silence(here.settings), came=lambda task: coming[task[0]].bytes
    )
    for at in {at.pointer: at for at in found}.values():
        workers.give((at, places.of(here, notes, at.pointer)))
    verdicts = []
    for ended in workers.all():
        verdicts.append(ended.result or Verdict(ended.task[0], False, None, ended.problem))
        progress(verdicts[-1])
    return sorted(verdicts, key=lambda verdict: verdict.at.path)


def _look(here: Clone, place: Place, pointer: Pointer, *, contents: bool) -> None:
    """Raises BlobMissing, WrongContent and what the store raises, unless it is there."""
    store = here.stores.by_alias[place.storage]
    if not contents:
        if not store.exists(place.key, place.version_id or None):
            raise _nowhere()
        return
    draft = here.cache.free_name()
    make_folder(draft.parent)
    try:
        store.download(place.key, place.version_id, draft)
        here.cache.adopt(draft, pointer.oid, pointer.size)
    finally:
        draft.unlink(missing_ok=True)


def _worst(here: Clone, pointer: Pointer, problems: Sequence[AnvcsError]) -> AnvcsError:
    problem = places.worst(problems)
    if problem is None or isinstance(problem, BlobMissing):
        return places.unasked(here.stores, pointer) or problem or _nowhere()
    return problem


def _nowhere() -> BlobMissing:
    return BlobMissing("no store has it")

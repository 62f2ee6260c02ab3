"""Where a content may be: which stores, in which order, and as which version.

All who look for contents ask in this order: the version that the pointer names, those that notes
tell of, those that this clone was told of by the stores as they are set up now, then whatever is
newest under the content's key in every store. What a store is not asked for here it cannot give,
so that `fetch`, `push`, `verify` and `fsck` never disagree about what can be had.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs import clone
from git_anvcs.flows.blobs.clone import Clone, Stores, key_in
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.kernel.errors import AnvcsError

POINTER, NOTE, CLONE = "the pointer", "a note", "this clone"


class Place(NamedTuple):
    """One version in one store. version_id: empty for the newest

    by: who says that this version is there, in words for a person; empty: nobody, it is looked for
    """

    storage: str
    key: str
    version_id: str = ""
    by: str = ""


def of(
    here: Clone, notes: Notes, *pointers: Pointer, aliases: Iterable[str] | None = None
) -> tuple[Place, ...]:
    """Where one content may be, the surest first, each once, of stores that are here.

    pointers: to that content, one at least; aliases: only of these stores
    """
    oid = pointers[0].oid
    told = notes.of(pointers[0])
    found = [_pinned(pin, by) for by, pins in ((POINTER, pointers), (NOTE, told)) for pin in pins]
    copies = clone.copies(here, oid)
    found += [Place(copy.storage, copy.key, copy.version_id, CLONE) for copy in copies]
    found += [Place(alias, key_of(oid)) for alias in here.stores.by_alias]
    found.sort(key=lambda place: not place.by)  # stable: what nobody names comes last
    wanted = here.stores.by_alias.keys() & (here.stores.by_alias if aliases is None else aliases)
    once: dict[tuple[str, ...], Place] = {}
    for place in found:
        if place.storage in wanted:
            once.setdefault(place[:3], place)
    return tuple(once.values())


def worst(problems: Sequence[AnvcsError]) -> AnvcsError | None:
    """Which of several tries to tell of: one that may help later, one to be mended, bytes that
    were wrong, then any. Whoever did not answer, or refused, has not said that it has nothing."""
    for kind in (Unreachable, Refused, WrongContent):
        for problem in problems:
            if isinstance(problem, kind):
                return problem
    return problems[0] if problems else None


def unasked(stores: Stores, pointer: Pointer) -> AnvcsError | None:
    """Why a store that may have it was not asked; to be told where the others have nothing."""
    for alias in stores.writes:
        if broken := stores.problems.get(alias):
            return Refused(f"the store {alias} was not asked: {broken}", hint=broken.hint)
    if pointer.storage and pointer.storage not in stores.by_alias:
        return BlobMissing(
            f"{pointer.oid[:12]} is in the store {pointer.storage}, which is not set up here",
            hint="set storage.mode, storage.primary and adapters here as they are where it was"
            " sent (docs/howto/choose-a-blob-store.md)",
        )
    return None


def _pinned(pin: Pointer, by: str) -> Place:
    """What a pointer or a note says; one without a version names a key at most."""
    version = pin.version_id or pin.cid
    return Place(pin.storage, key_in(pin), version, by if version else "")

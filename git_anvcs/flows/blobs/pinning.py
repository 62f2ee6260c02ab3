"""Story: pointers without a version get one: in the index before a commit, in notes after it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import committing, pins, pointed, uploading
from git_anvcs.flows.blobs.clone import LOCAL, Clone, is_bare, opened, pin_of
from git_anvcs.git import index_patch
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock


class Pinned(NamedTuple):
    """Paths: pinned in the index; noted (of commits); of contents that no store has confirmed."""

    staged: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def pin(repo: Repo, env: Mapping[str, str], *, only_try: bool = False) -> Pinned:
    """Do it for the whole index. Raises what the ledger and Git's index raise."""
    new = {at.path for at in pointed.staged(repo)}
    found = [at for at in pointed.in_index(repo) if at.pointer.storage == LOCAL or not
             at.pointer.version_id]  # fmt: skip
    with opened(repo, env) as here:
        bare = [at for at in found if not at.pointer.version_id or is_bare(here, at.pointer)]
        aliases = here.stores.enough or here.stores.writes
        copies = {
            at: copy for at in bare if (copy := uploading.copy_in(here, at.pointer.oid, aliases))
        }
        unknown = tuple(at.path for at in bare if at not in copies)
        staged = [at for at in copies if at.path in new and is_bare(here, at.pointer)]
        notes = [at for at in copies if at.path not in new]
        if not only_try:
            done = committing.pin(here, index_patch.place(repo), staged)
            staged = [at for at in staged if at in done]
            note(here, [pin_of(copies[at], at.pointer.size) for at in notes])
    return Pinned(tuple(at.path for at in staged), tuple(at.path for at in notes), unknown)


def catch_up(here: Clone, found: Iterable[Pointer]) -> int:
    """Notes for pointers that name no version others could read, of contents that a store for
    them has confirmed, whenever it was sent; how many are new."""
    bare = [pointer for pointer in found if is_bare(here, pointer)]
    copies = [(uploading.copy_in(here, one.oid, here.stores.enough), one.size) for one in bare]
    return note(here, [pin_of(copy, size) for copy, size in copies if copy])


def note(here: Clone, found: Iterable[Pointer]) -> int:
    """Keep these pins in notes; how many contents got a new one."""
    return pins.add(here.repo, [one for one in found if one.version_id], int(clock.now()))

"""Story: pointers without a version get one: in the index before a commit, in notes after it."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.flows.blobs import committing, pins, pointed, uploading
from git_anvcs.flows.blobs.clone import opened, pin_of
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
    bare = [at for at in pointed.in_index(repo) if not at.pointer.version_id]
    with opened(repo, env) as here:
        copies = {
            at: copy
            for at in bare
            if (copy := uploading.copy_in(here, at.pointer.oid, here.stores.writes))
        }
        unknown = tuple(at.path for at in bare if at not in copies)
        staged = [at for at in copies if at.path in new and not at.pointer.pinned]
        notes = [at for at in copies if at.path not in new]
        if not only_try:
            done = committing.pin(here, index_patch.place(repo), staged)
            staged = [at for at in staged if at in done]
            found = [pin_of(copies[at], at.pointer.size) for at in notes]
            pins.add(repo, [one for one in found if one.version_id], int(clock.now()))
    return Pinned(tuple(at.path for at in staged), tuple(at.path for at in notes), unknown)

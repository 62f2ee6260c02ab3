"""Story: before the only other copy goes, is it in a store, byte for byte, at this moment?

That a key exists says nothing of what is under it. A store that keeps a sum of the whole is asked
for it, and a folder is read. Where there is none, what went from here counts with its size;
anything else is brought and compared.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from git_anvcs.blobs import quarantine
from git_anvcs.blobs.cache import Cache, digest_of
from git_anvcs.blobs.errors import BlobMissing, WrongContent
from git_anvcs.blobs.ledger import Copy
from git_anvcs.blobs.store import BlobStore, Confirming, Looked, key_of
from git_anvcs.flows.blobs import clone
from git_anvcs.flows.blobs.clone import Clone, Patience, seconds_for
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import Paths, make_folder

_TRIES = 3
_REPAIR = "`git-ai-blob fsck --remote --repair` sends again what a store has lost"


class _Task(NamedTuple):
    oid: str
    file: Path
    size: int
    copies: tuple[Copy, ...]


def stands(store: BlobStore, key: str, version_id: str, size: int) -> None:
    """One question: is the version there, with that size, as far as the store tells one?

    Raises BlobMissing, WrongContent and what the store raises.
    """
    if isinstance(store, Looked):
        if said := store.faults(key, version_id, size, found_by_key=False):
            raise WrongContent(said[0])
    elif not store.exists(key, version_id or None):
        raise BlobMissing(f"there is no {key}")


def whole(here: Clone, copy: Copy, local: Path) -> None:
    """The store has the bytes of this file now. Raises as `stands` does."""
    store = here.stores.by_alias[copy.storage]
    if isinstance(store, Confirming) and store.confirms(local, copy.key, copy.version_id):
        return
    stands(store, copy.key, copy.version_id, local.stat().st_size)
    if copy.checksum == copy.oid == digest_of(local):
        return
    draft = here.cache.free_name()
    make_folder(draft.parent)
    try:
        store.download(copy.key, copy.version_id, draft)
        if digest_of(draft) != copy.oid:
            raise WrongContent("it gave other bytes")
    finally:
        draft.unlink(missing_ok=True)


def ask(here: Clone, oids: Iterable[str], *, by_key: bool = False) -> dict[str, AnvcsError | None]:
    """Why each content of the cache, or set aside, is whole in no store; None: it is in one.

    by_key: look also where nothing was sent from here
    """
    patience = Patience(_TRIES)
    workers: Workers[_Task, None] = Workers(
        lambda task: _look(here, patience, task), limit=lambda task: seconds_for(task.size)
    )
    for oid in oids:
        copies = confirmed(here, oid)
        if by_key:
            copies += [Copy(oid, alias, key_of(oid)) for alias in here.stores.by_alias]
        file = _file(here, oid)
        workers.give(_Task(oid, file, file.stat().st_size, tuple(copies)))
    answers: dict[str, AnvcsError | None] = {}
    for ended in workers.all():
        answers[ended.task.oid] = ended.problem
    return answers


def _look(here: Clone, patience: Patience, task: _Task) -> None:
    """In a thread: raises what is worst of all copies, unless one is whole."""
    problems: list[AnvcsError] = []
    for copy in task.copies:
        try:
            with patience.asking(copy.storage):
                return whole(here, copy, task.file)
        except (BlobMissing, WrongContent) as error:
            problems.append(_lost(copy, error))
        except AnvcsError as error:  # it may have it
            problems.insert(0, error)
    raise problems[0] if problems else BlobMissing(f"{task.oid[:12]} is in no store")


def only_here(repo: Repo, env: Mapping[str, str]) -> list[str]:
    """The contents of the cache, and of what is set aside, that no store told to have, whole.

    The ledger is not believed; where a store does not answer, what it may have counts as here only.
    """
    cache = Cache(Paths(repo.common_dir))
    oids = sorted({*cache.oids(), *(one.oid for one in quarantine.listed(cache))})
    if not oids:
        return []
    try:
        with clone.opened(repo, env) as here:
            answers = ask(here, oids, by_key=True)
    except AnvcsError:  # of settings, or of the ledger
        return oids
    return [oid for oid in oids if answers[oid] is not None]


def confirmed(here: Clone, oid: str) -> list[Copy]:
    """Copies that a store which can be asked here has confirmed."""
    return [copy for copy in clone.copies(here, oid) if copy.verified]


def _lost(copy: Copy, error: AnvcsError) -> BlobMissing:
    said = f"the store {copy.storage} has not {copy.oid[:12]} as it was sent: {error.message}"
    return BlobMissing(said, hint=_REPAIR)


def _file(here: Clone, oid: str) -> Path:
    place = here.cache.place(oid)
    return place if place.exists() else here.cache.quarantine / oid

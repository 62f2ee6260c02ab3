"""Story: somebody says that a file which cannot be merged is theirs for now; all clones see it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from git_anvcs.blobs import locks
from git_anvcs.blobs.errors import BlobMissing
from git_anvcs.blobs.folder import FolderStore
from git_anvcs.blobs.folder_locks import FolderLocks
from git_anvcs.blobs.locks import Lock, Locks
from git_anvcs.blobs.s3.locks import BucketLocks
from git_anvcs.blobs.stores.s3 import S3Store
from git_anvcs.flows import share
from git_anvcs.flows.blobs import pointed
from git_anvcs.flows.blobs.clone import Stores, opened
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied
from git_anvcs.kernel.terminal import quoted, safe


class NoLocks(AnvcsError):
    """The store cannot give a thing to one alone."""


def locks_of(stores: Stores) -> Locks:
    """The locks of the primary store. Raises NoLocks, and why it cannot be asked."""
    alias = stores.primary
    if alias not in stores.by_alias:
        raise stores.problems[alias]
    store = stores.by_alias[alias]
    if isinstance(store, FolderStore):
        return FolderLocks(store)
    if isinstance(store, S3Store):
        if not store.only_new:
            raise NoLocks(
                "whether this bucket can lock is not known, or it cannot",
                hint="`git-ai-blob doctor s3` tries it: the check if-none-match must be good",
            )
        return BucketLocks(store.client, store.bucket)
    raise NoLocks(
        f"the store {alias} cannot lock: nothing in it is made by one alone",
        hint="locks need storage.primary to be s3, nfs or local",
    )


def owner(repo: Repo) -> tuple[str, str]:
    """Who we are: the user as Git has them, and this clone."""
    said = repo.try_git("var", "GIT_AUTHOR_IDENT").stdout.decode(errors="replace")
    return said.rpartition(">")[0] + ">" if ">" in said else "somebody", share.writer(repo)


def take(repo: Repo, kept: Locks, path: str) -> tuple[Lock, bool]:
    """The lock on a path, and whether it is ours. It may have been ours before."""
    who, clone = owner(repo)
    mine = Lock(path, who, clone, clock.now())
    name = locks.name_of(path)
    while not kept.make(name, locks.encode(mine)):
        there = _read(kept, name)
        if there is not None:
            return there, there.clone == clone
    return mine, True


def release(repo: Repo, kept: Locks, path: str, *, force: bool = False) -> Lock:
    """Give a lock up; the lock that was there. force: also that of another

    Raises BlobMissing when there is none, PolicyDenied when it is another's.
    """
    name = locks.name_of(path)
    there = _read(kept, name)
    if there is None:
        raise BlobMissing(f"{quoted(path)} is not locked")
    if there.clone != owner(repo)[1] and not force:
        raise PolicyDenied(
            f"{quoted(path)} is locked by {safe(there.who)}, in another clone",
            hint="ask them, or take it away with --force",
        )
    kept.remove(name, there.version)
    return there


def listed(kept: Locks) -> list[Lock]:
    """All locks, by path."""
    found = (_read(kept, name) for name in kept.names())
    return sorted(lock for lock in found if lock)


def of_others(repo: Repo, kept: Locks, paths: Iterable[str]) -> list[Lock]:
    """The locks that other clones have on these paths."""
    names = {locks.name_of(path): path for path in paths}
    clone = owner(repo)[1]
    found = [(names[name], _read(kept, name)) for name in kept.names() if name in names]
    return sorted(one._replace(path=p) for p, one in found if one and one.clone != clone)


def in_push(repo: Repo, env: Mapping[str, str], revisions: Sequence[str]) -> list[Lock]:
    """The locks that others have on large files which these revisions bring.

    None where locks cannot be asked for: no push waits for them, nor fails.
    """
    with suppress(AnvcsError):
        paths = {at.path for at in pointed.in_commits(repo, revisions)} if revisions else set()
        if not paths:
            return []
        with opened(repo, env) as here:
            return of_others(repo, locks_of(here.stores), paths)
    return []


def _read(kept: Locks, name: str) -> Lock | None:
    found = kept.read(name)
    return locks.decode(*found) if found else None

"""The large files of one clone: what is here, what is known of copies, and the stores in force."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.errors import Archived, Unreachable
from git_anvcs.blobs.ledger import Copy, Ledger
from git_anvcs.blobs.pointer import NoPointer, Pointer
from git_anvcs.blobs.store import BlobStore, key_of, oid_in
from git_anvcs.flows import settings
from git_anvcs.flows.blobs.stores_here import StoresHere
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.kernel.settings import Settings
from git_anvcs.store.paths import Paths

_LEAST_SECONDS = 120.0
_LEAST_BYTES_A_SECOND = 1 << 16
_LOCKS = 3  # hexadecimal digits: so many contents share a lock that no folder gets too full

LOCAL = "local"
_OLDER = ("local", "nfs", "s3")  # asked only where they are set up


class Stores(NamedTuple):
    """What settings say of stores.

    by_alias: every store that can be read here, the one that is asked first in front
    problems: why a store that is wanted cannot be asked, by alias
    writes: aliases of those that get every content, in that order
    primary: the one whose version a pointer names
    places: what each alias stands for now, see `StoresHere.place_of`
    enough: aliases of which one must have a content before a pointer to it is pushed; none where
        contents stay on this machine
    """

    by_alias: Mapping[str, BlobStore]
    problems: Mapping[str, AnvcsError]
    writes: tuple[str, ...]
    primary: str
    enough: tuple[str, ...]
    places: Mapping[str, str]


class Clone(NamedTuple):
    """One clone, its ledger open."""

    repo: Repo
    paths: Paths
    cache: Cache
    ledger: Ledger
    stores: Stores
    settings: Settings


def is_used(paths: Paths) -> bool:
    """Whether this clone has ever had a large file; costs one stat."""
    return paths.blobs.is_dir()


@contextmanager
def opened(repo: Repo, env: Mapping[str, str]) -> Iterator[Clone]:
    """Everything a story needs. Raises UsageError (settings), CannotWrite, Damaged."""
    paths = Paths(repo.common_dir)
    in_force = settings.load(repo, env)
    cache = Cache(paths)
    with Ledger(paths) as ledger:
        yield Clone(repo, paths, cache, ledger, stores_of(in_force, env, cache), in_force)


def stores_of(in_force: Settings, env: Mapping[str, str], cache: Cache) -> Stores:
    """The stores of `storage.mode`, and others that old pointers may name."""
    found = StoresHere(in_force, env, cache)
    by_alias: dict[str, BlobStore] = {}
    problems: dict[str, AnvcsError] = {}
    places: dict[str, str] = {}
    for alias in dict.fromkeys((*found.reads, *found.writes, *_OLDER)):
        try:
            by_alias[alias] = found.store(alias)
            places[alias] = found.place_of(alias)
        except UsageError as error:
            problems[alias] = error
    shared = [alias for alias in found.writes if alias != LOCAL]
    enough = () if found.mode == LOCAL else (found.primary, *shared)
    return Stores(
        by_alias, problems, found.writes, found.primary, tuple(dict.fromkeys(enough)), places
    )


def copies(here: Clone, oid: str, ledger: Ledger | None = None) -> list[Copy]:
    """What is known of copies in the stores as they are set up now: another bucket, or another
    folder, under the same alias has had nothing sent."""
    known = (ledger or here.ledger).copies(oid)
    return [copy for copy in known if here.stores.places.get(copy.storage) == copy.place]


def lock_of(paths: Paths, oid: str) -> Path:
    """One process at a time sends or fetches a content, of all worktrees."""
    return paths.locks / "blobs" / oid[:_LOCKS]


def silence(in_force: Settings) -> float:
    """After so many seconds in which next to nothing came a content is given up for now."""
    return 2 * in_force.number("blobs.patience_seconds")


def seconds_for(size: int) -> float:
    """After so long sending is given up: nothing here may hang. size: of a file that is here"""
    return _LEAST_SECONDS + size / _LEAST_BYTES_A_SECOND


def pin_of(copy: Copy, size: int) -> Pointer:
    """The pointer that names a copy; the unpinned one where no pointer can say it."""
    key = "" if oid_in(copy.key) == copy.oid else copy.key
    found = Pointer(copy.oid, size, copy.storage, key, copy.version_id)
    try:
        pointers.text(found)
    except NoPointer:
        return found.unpinned()
    return found


def is_bare(here: Clone, pointer: Pointer) -> bool:
    """Whether no version is named that others could read, where there is a store for them."""
    return not pointer.pinned or (pointer.storage == LOCAL and bool(here.stores.enough))


def key_in(pointer: Pointer) -> str:
    """The key that a pointer names, or that follows from its content."""
    return pointer.key or key_of(pointer.oid)


class Patience:
    """How long a store is bothered: after some silences in a row it is left alone for this run."""

    def __init__(self, tries: int) -> None:
        self._tries = tries
        self._silent: dict[str, int] = {}

    def check(self, alias: str) -> None:
        """Raise Unreachable for a store that is left alone."""
        if self._silent.get(alias, 0) >= self._tries:
            raise Unreachable(
                f"the store {alias} does not answer", hint="what waits for it is tried again later"
            )

    @contextmanager
    def asking(self, alias: str) -> Iterator[None]:
        """Around one question to a store. Raises Unreachable for one that is left alone."""
        self.check(alias)
        try:
            yield
        except AnvcsError as error:
            silent = isinstance(error, Unreachable) and not isinstance(error, Archived)
            self.heard(alias, silent=silent)
            raise
        self.heard(alias, silent=False)

    def heard(self, alias: str, *, silent: bool) -> None:
        """What came of asking; threads may tell at the same time, one count more or less."""
        self._silent[alias] = self._silent.get(alias, 0) + 1 if silent else 0

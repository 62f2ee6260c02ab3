"""Story: the stores of this repository, made from settings that the user of this machine approved.

Nothing is contacted and no library loaded before a store is first asked for something.
"""

from collections.abc import Callable, Mapping
import json
from pathlib import Path
from typing import TYPE_CHECKING

from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.errors import Refused
from git_anvcs.blobs.store import BlobStore
from git_anvcs.flows import settings
from git_anvcs.flows.store_places import data_folder, place_of, with_home
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.settings import Settings
from git_anvcs.store.paths import Paths

if TYPE_CHECKING:
    from git_anvcs.blobs.s3.place import Bucket

_APPROVE = "the repository's file names one: `git anvcs trust show`, then `trust approve`"


class StoresHere:
    """The stores by alias, each made when it is first wanted.

    writes: aliases in the order to write to; reads: in the order to ask
    cache: of this clone: a store may share its files, and write beside them on the way
    """

    def __init__(self, found: Settings, env: Mapping[str, str], cache: Cache) -> None:
        self._settings = found
        self._cache = cache
        self._env = env
        self._made: dict[str, BlobStore] = {}
        self._unapproved: dict[str, str] = {}
        self.mode = found.text("storage.mode")
        self.primary = self._named("storage.primary") if self.mode != "local" else "local"
        fallback = self._named("storage.fallback")
        both = self.mode == "hybrid" and fallback != self.primary
        self.writes = (fallback, self.primary) if both else (self.primary,)
        self.reads = self.writes

    def _named(self, name: str) -> str:
        """The alias that a setting says; one that only the repository names is refused later."""
        value, wanted = self._settings.find(name), self._settings.inert().get(name)
        if wanted is None or value.origin != "default":
            return str(value.value)
        self._unapproved[str(wanted.value)] = name
        return str(wanted.value)

    def store(self, alias: str) -> BlobStore:
        """The store with this alias. Raises UsageError where settings do not say enough of it."""
        if name := self._unapproved.get(alias):
            raise UsageError(f"nobody here has approved {name}: {alias}", hint=_APPROVE)
        if alias not in self._made:
            self._made[alias] = self._build(alias)
        return self._made[alias]

    def _build(self, alias: str) -> BlobStore:
        builders: dict[str, Callable[[], BlobStore]] = {
            "local": self._local,
            "nfs": self._nfs,
            "s3": self._s3,
            "ipfs": self._ipfs,
        }
        if alias not in builders:
            raise UsageError(
                f"there is no store {alias!r} here", hint=f"known: {', '.join(builders)}"
            )
        return builders[alias]()

    def place_of(self, alias: str) -> str:
        """What the alias stands for now, see flows/store_places."""
        return place_of(self._settings, self._env, alias)

    def _folder(self, alias: str) -> Path:
        name = f"adapters.{alias}.path"
        if alias == "local" and not self._settings.text(name):
            return data_folder(self._env)
        return self._path(name)

    def _local(self) -> BlobStore:
        from git_anvcs.blobs.stores import local

        return local.store(self._folder("local"), frozen=self._cache.root)

    def _nfs(self) -> BlobStore:
        from git_anvcs.blobs.stores import nfs

        return nfs.store(self._folder("nfs"))

    def _s3(self) -> BlobStore:
        from git_anvcs.blobs.s3.place import ONLY_NEW
        from git_anvcs.blobs.stores import s3

        bucket = self.bucket()
        can = _abilities(abilities_file(self._env), name_of(bucket))
        try:
            packs_in = self._cache.drafts if self._settings.flag("blobs.compress") else None
            return s3.S3Store(bucket, only_new=can.get(ONLY_NEW) == "good", packs_in=packs_in)
        except Refused as error:  # words that cannot be, not a server's answer
            raise UsageError(error.message, hint=error.hint) from error

    def bucket(self) -> "Bucket":
        """The bucket of adapters.s3, whose words are not checked yet. Raises UsageError."""
        from git_anvcs.blobs.s3.place import Bucket

        text, flag = self._settings.text, self._settings.flag
        return Bucket(
            self._needed("adapters.s3.bucket"),
            region=text("adapters.s3.region"),
            endpoint_url=text("adapters.s3.endpoint_url"),
            prefix=text("adapters.s3.prefix").strip("/"),
            profile=text("adapters.s3.profile"),
            ambient=text("adapters.s3.credentials") == "ambient",
            allow_http=flag("adapters.s3.allow_http"),
            timeout=self._settings.number("blobs.patience_seconds"),
        )

    def _ipfs(self) -> BlobStore:
        from git_anvcs.blobs.kubo import Node
        from git_anvcs.blobs.stores import ipfs

        key = self._env.get(self._settings.text("adapters.ipfs.key_env"), "")
        api = self._settings.text("adapters.ipfs.api") or "http://127.0.0.1:5001"
        return ipfs.store(Node(api, f"Bearer {key}" if key else ""))

    def _path(self, name: str) -> Path:
        text = with_home(self._needed(name), self._env)
        if not text.startswith("/"):
            raise UsageError(f"{name} must be absolute or begin with ~/, not {text!r}")
        return Path(text)

    def _needed(self, name: str) -> str:
        """What a setting says. Raises UsageError when it says nothing, or not yet."""
        text = self._settings.text(name)
        if text:
            return text
        if name in self._settings.inert():
            hint = _APPROVE
        else:
            hint = f"`git config anvcs.{name.replace('_', '-')} …` sets it for this repository"
        raise UsageError(f"{name} is not set", hint=hint)


def stores_here(repo: Repo, env: Mapping[str, str]) -> StoresHere:
    """The stores that the settings of this repository describe. Raises UsageError."""
    return StoresHere(settings.load(repo, env), env, Cache(Paths(repo.common_dir)))


def abilities_file(env: Mapping[str, str]) -> Path:
    """Where it is kept what servers can do (XDG Base Directory, cache)."""
    home = Path(env.get("HOME", "/nonexistent"))
    cache = env.get("XDG_CACHE_HOME", "")
    base = Path(cache) if cache.startswith("/") else home / ".cache"
    return base / "git-anvcs" / "blob-servers.json"


def name_of(bucket: "Bucket") -> str:
    """What stands for a bucket there."""
    return f"{bucket.endpoint_url or 'aws'} {bucket.bucket}"


def _abilities(file: Path, name: str) -> Mapping[str, str]:
    try:
        found = json.loads(file.read_bytes())["servers"][name]["findings"]
        return {str(check): str(status) for check, status in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # nobody has looked yet

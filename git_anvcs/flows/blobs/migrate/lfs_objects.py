"""Contents taken over from the folder in which git-lfs keeps them, or put there.

Linked where the file system lets us, else copied; every one is read whole and its SHA-256 compared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
import os
from pathlib import Path
import shutil

from git_anvcs.blobs.cache import Cache, digest_of
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.git import config
from git_anvcs.git.repo import Repo
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import make_folder

Each = Callable[[Sequence[str], str], Iterable[str]]
_THREADS = 4  # a hash lets others run


def home(repo: Repo) -> Path:
    """The folder of git-lfs (git-lfs-config(5), lfs.storage)."""
    said = config.get(repo, "lfs.storage")
    return repo.common_dir / (said or "lfs") / "objects"


def place(folder: Path, oid: str) -> Path:
    return folder / oid[:2] / oid[2:4] / oid


def lacking(repo: Repo, cache: Cache, wanted: Mapping[str, int]) -> list[str]:
    """Those that neither the cache nor git-lfs seems to have, by name and size."""
    folder = home(repo)
    return [
        oid
        for oid, size in wanted.items()
        if not cache.has(oid, size) and not _has(place(folder, oid), size)
    ]


def take(repo: Repo, cache: Cache, wanted: Mapping[str, int], each: Each) -> list[str]:
    """Bring contents into the cache; those that are not to be had whole. Raises CannotWrite."""
    folder = home(repo)

    def one(oid: str) -> bool:
        if cache.has(oid, wanted[oid]):
            return True
        return _taken(cache, place(folder, oid), oid)

    missing = _all(one, list(wanted), each, "taking contents over")
    cache.sync()
    return missing


def give(repo: Repo, cache: Cache, wanted: Mapping[str, int], each: Each) -> list[str]:
    """Put contents where git-lfs looks for them; those that the cache has not, or not whole."""
    folder = home(repo)

    def one(oid: str) -> bool:
        there = place(folder, oid)
        if _has(there, wanted[oid]) and digest_of(there) == oid:
            return True
        if not cache.has(oid, wanted[oid]) or not cache.whole(oid):
            return False
        _put(cache.place(oid), there)
        return True

    return _all(one, list(wanted), each, "handing contents over")


def _all(one: Callable[[str], bool], oids: Sequence[str], each: Each, label: str) -> list[str]:
    with ThreadPoolExecutor(_THREADS) as pool:
        done = pool.map(one, oids)
        return [oid for oid, well in zip(each(oids, label), done, strict=True) if not well]


def _has(file: Path, size: int) -> bool:
    try:
        return file.stat().st_size == size
    except OSError:
        return False


def _taken(cache: Cache, source: Path, oid: str) -> bool:
    if not source.is_file():
        return False
    make_folder(cache.drafts)
    draft = cache.free_name()
    try:
        try:
            os.link(source, draft)
        except OSError:  # another file system
            shutil.copyfile(source, draft)
        cache.adopt(draft, oid)
    except WrongContent:
        return False
    except OSError as error:
        raise _cannot(draft, error) from error
    finally:
        draft.unlink(missing_ok=True)
    return True


def _put(source: Path, target: Path) -> None:
    """Through a name of our own in the same folder: what stands there is whole or the old one."""
    draft = target.with_name(f"{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, draft)
        except OSError:
            shutil.copyfile(source, draft)
        draft.replace(target)
        with suppress(FileNotFoundError):  # rename(2) of two links of one file does nothing
            draft.unlink()
    except OSError as error:
        raise _cannot(target, error) from error


def _cannot(path: Path, error: OSError) -> CannotWrite:
    return CannotWrite(f"cannot write {path}: {error.strerror}", hint="is the disk full?")

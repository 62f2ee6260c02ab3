"""The contents of large files that this clone has, by their SHA-256, shared by its worktrees.

A file gets its name only when it is whole and its bytes were counted here; it is read-only and
never changed. A process that dies leaves at most a draft, which `sweep` removes.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
import os
from pathlib import Path
import time
from typing import BinaryIO

from git_anvcs.blobs import lasting
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths

CHUNK = 1 << 20
_DAY = 86400


class Draft:
    """A content that is being written; it becomes part of the cache by `keep`."""

    def __init__(self, cache: "Cache", file: BinaryIO, path: Path) -> None:
        self._cache = cache
        self._file = file
        self._hash = sha256()
        self.path = path
        self.size = 0
        self.kept = False

    def write(self, chunk: bytes) -> None:
        """Add bytes at the end. Raises CannotWrite."""
        self._hash.update(chunk)
        self.size += len(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def keep(self) -> tuple[str, int]:
        """Give it its name; (oid, size). Raises CannotWrite."""
        try:
            self._file.flush()
        except OSError as error:
            raise _cannot_write(self.path, error) from error
        oid = self._hash.hexdigest()
        self._cache.put(self.path, oid, self.size)
        self.kept = True
        return oid, self.size


class Cache:
    """The cache of one clone; making the object touches nothing."""

    def __init__(self, paths: Paths) -> None:
        self.root = paths.blobs
        self.drafts = paths.blobs / "drafts"
        self.damaged = paths.blobs / "damaged"
        self.quarantine = paths.blobs / "quarantine"  # see blobs/quarantine.py
        self._unsynced: list[Path] = []

    def place(self, oid: str) -> Path:
        """Where the content is, or would be."""
        return self.root / oid[:2] / oid[2:4] / oid

    def has(self, oid: str, size: int | None = None) -> bool:
        """Whether it is here, with that size; the bytes are not read: see `whole`.

        What is asked for comes back out of quarantine.
        """
        try:
            found = self.place(oid).stat()
        except OSError:
            return self.take_back(oid) and self.has(oid, size)
        return size is None or found.st_size == size

    def take_back(self, oid: str) -> bool:
        """Out of quarantine, if it is there; whether it was."""
        try:
            self.place(oid).parent.mkdir(parents=True, exist_ok=True)
            (self.quarantine / oid).rename(self.place(oid))
        except OSError:
            return False
        return True

    def whole(self, oid: str) -> bool:
        """Whether it is here and its bytes are what its name says; what is not is set aside."""
        place = self.place(oid)
        try:
            if digest_of(place) == oid:
                return True
        except OSError:
            return False
        self.damaged.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # another process was here first
            place.replace(self.damaged / oid)
        return False

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A new content; without `keep` nothing of it stays. Raises CannotWrite."""
        path = self.free_name()
        with _told(path):
            file = self._new(path)
        try:
            with file:
                yield Draft(self, file, path)
        finally:
            path.unlink(missing_ok=True)

    def _new(self, path: Path) -> BinaryIO:
        try:
            return path.open("xb")
        except FileNotFoundError:  # the first draft of this clone
            self.drafts.mkdir(parents=True, exist_ok=True)
            return path.open("xb")

    def free_name(self) -> Path:
        """A name for a draft in the cache's own file system, such as a download's."""
        return self.drafts / f"{os.getpid()}.{os.urandom(6).hex()}"

    def add_file(self, path: Path) -> tuple[str, int]:
        """Copy a file into the cache; (oid, size). Raises CannotWrite, OSError of the reading."""
        with path.open("rb", buffering=0) as file, self.draft() as draft:
            for chunk in chunks(file):
                draft.write(chunk)
            return draft.keep()

    def adopt(self, path: Path, oid: str) -> None:
        """Take over a file that has a `free_name`, if it is that content.

        Raises WrongContent (the file is gone then), CannotWrite.
        """
        with _told(path):
            found = digest_of(path)
            if found != oid:
                path.unlink()
                raise WrongContent(
                    f"the bytes that came have SHA-256 {found}, wanted was {oid}",
                    hint="nothing was changed; another copy may be whole",
                )
            self.put(path, oid, path.stat().st_size)

    def put(self, draft: Path, oid: str, size: int) -> None:
        """Give a draft, whose bytes were counted, its name; a damaged file of it is replaced."""
        if self.has(oid, size) and self.whole(oid):
            draft.unlink()
            with suppress(OSError):  # of another user, who shares this clone
                os.utime(self.place(oid))  # somebody wants it: prune sees when that was
            return
        place = self.place(oid)
        with _told(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.chmod(0o444)
            draft.replace(place)
        self._unsynced.append(place)

    @property
    def is_synced(self) -> bool:
        """Whether nothing was put here since the last `sync`."""
        return not self._unsynced

    def sync(self) -> None:
        """What was put here since the last call survives a power cut. Raises CannotWrite."""
        files, self._unsynced = self._unsynced, []
        folders = {folder for file in files for folder in file.parents[:2]}
        try:
            lasting.sync([*files, *folders, *([self.root] if files else [])])
        except OSError as error:
            raise _cannot_write(Path(error.filename), error) from error

    def sweep(self, *, now: float | None = None) -> int:
        """Remove drafts that no living process writes, a day after; how many."""
        limit = (time.time() if now is None else now) - _DAY
        old = []
        with suppress(FileNotFoundError):
            old = [path for path in self.drafts.iterdir() if path.stat().st_mtime < limit]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def oids(self) -> Iterator[str]:
        """Every content that is here, in no order."""
        for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            yield path.name


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file, piece by piece."""
    while chunk := file.read(CHUNK):
        yield chunk


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        return digest(chunks(file))


def digest(pieces: Iterable[bytes]) -> str:
    """SHA-256 of the pieces, one behind the other."""
    made = sha256()
    for piece in pieces:
        made.update(piece)
    return made.hexdigest()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> CannotWrite:
    return CannotWrite(
        f"cannot write {path}: {error.strerror}",
        hint="the cache of large files is in the Git directory: it needs room there",
    )

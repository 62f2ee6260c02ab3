"""The contents of large files that this clone has, as far as the filter needs them.

A file gets its name only when it is whole and its bytes were counted here; it is read-only and
never changed. A process that dies leaves at most a draft, which `sweep` removes. Names are strings:
to load pathlib takes as long as the rest of a filter that has one file to answer.
"""

from collections.abc import Iterable, Iterator
import os

from git_anvcs.blobs import lasting
from git_anvcs.blobs.draft import Draft
from git_anvcs.blobs.writing import cannot_write, remove, write
from git_anvcs.kernel.digest import sha256 as small_sha256
from git_anvcs.kernel.records import NamedTuple
from git_anvcs.store.paths import make_folder, share

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import _Hash
    from typing import BinaryIO

    Name = str | os.PathLike[str]

CHUNK = 1 << 20
WORTH_IT = 8 << 20  # bytes; what is smaller is counted sooner than a memory of it is found
_SMALL = 16 << 10  # bytes; less needs no library to be counted fast
_SECOND = 10**9  # nanoseconds
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Identity(NamedTuple):
    """What stat(2) says of a file that was counted: no write to it leaves all of that as it was."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class Contents:
    """The cache of one clone; making the object touches nothing.

    counted: what this process counted, by oid, where remembering it is worth anything
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._drafts = f"{folder}/drafts"
        self._unsynced: list[str] = []
        self.counted: dict[str, Identity] = {}
        self.met_again: set[str] = set()  # what it was given that was here already

    def name(self, oid: str) -> str:
        """Where the content is, or would be."""
        return f"{self._folder}/{oid[:2]}/{oid[2:4]}/{oid}"

    def has(self, oid: str, size: int | None = None) -> bool:
        """Whether it is here, with that size; the bytes are not read: see `whole`.

        What is asked for comes back out of quarantine.
        """
        try:
            found = os.stat(self.name(oid))
        except OSError:
            return self.take_back(oid) and self.has(oid, size)
        return size is None or found.st_size == size

    def take_back(self, oid: str) -> bool:
        """Out of quarantine, if it is there; whether it was."""
        apart = f"{self._folder}/quarantine/{oid}"
        try:
            if not os.path.lexists(apart):
                return False
            self._move(apart, self.name(oid))
        except OSError:
            return False
        return True

    def whole(self, oid: str) -> bool:
        """Whether it is here and its bytes are what its name says; what is not is set aside."""
        place = self.name(oid)
        try:
            with open(place, "rb", buffering=0) as file:
                before = identity(os.fstat(file.fileno()))
                found = digest(chunks(file))
                after = identity(os.fstat(file.fileno()))
        except OSError:
            return False
        if found == oid:
            if before == after:
                self._was_counted(oid, after)
            return True
        damaged = f"{self._folder}/damaged"
        try:
            make_folder(damaged)
            os.replace(place, f"{damaged}/{oid}")
        except OSError:  # another process was here first, or nothing can be moved here
            pass
        return False

    def is_still(self, oid: str, known: Identity) -> bool:
        """Whether it is the file that was counted, and nobody wrote to it since."""
        try:
            found = os.stat(self.name(oid))
        except OSError:
            return False
        return identity(found) == known and not found.st_mode & 0o222

    def read(self, oid: str, size: int) -> bytes | None:
        """A content that fits into memory, if it is here and whole."""
        try:
            data = _read(self.name(oid), size)
        except OSError:
            return self.read(oid, size) if self.take_back(oid) else None
        if len(data) == size and digest_in_memory(data) == oid:
            return data
        if len(data) == size:
            self.whole(oid)  # which sets it aside
        return None

    def add(self, data: bytes, oid: str = "") -> str:
        """Keep a content of memory; its oid, counted unless it was before. Raises CannotWrite."""
        oid = oid or digest_in_memory(data)
        if self._is_here(oid, data):
            self._wanted_again(oid)
        else:
            draft = self.new_name()
            try:
                descriptor = self._new(draft)
                try:
                    write(descriptor, data)
                    os.fchmod(descriptor, 0o444)
                    share(draft, descriptor)
                finally:
                    os.close(descriptor)
                self._name_it(draft, oid)
            except OSError as error:
                remove(draft)
                raise cannot_write(draft, error) from error
        return oid

    def draft(self) -> Draft:
        """A new content, to be used as a context; without `keep` nothing of it stays.

        Raises CannotWrite.
        """
        path = self.new_name()
        try:
            return Draft(self.put, self._new(path), path)
        except OSError as error:
            raise cannot_write(path, error) from error

    def _new(self, path: str) -> int:
        try:
            return os.open(path, _NEW, 0o644)
        except FileNotFoundError:  # the first draft of this clone
            make_folder(self._drafts)
            return os.open(path, _NEW, 0o644)

    def new_name(self) -> str:
        """A name for a draft in the cache's own file system, such as a download's."""
        return f"{self._drafts}/{os.getpid()}.{os.urandom(6).hex()}"

    def put(self, draft: "Name", oid: str, size: int) -> None:
        """Give a draft, whose bytes were counted, its name; a damaged file of it is replaced.

        Raises CannotWrite.
        """
        try:
            if self.has(oid, size) and self.whole(oid):
                os.unlink(draft)
                self._wanted_again(oid)
                return
            os.chmod(draft, 0o444)
            share(draft)
            self._name_it(draft, oid)
        except OSError as error:
            raise cannot_write(self.name(oid), error) from error

    def _is_here(self, oid: str, data: bytes) -> bool:
        if not self.has(oid, len(data)):
            return False
        try:
            return _read(self.name(oid), len(data)) == data
        except OSError:
            return False

    def _wanted_again(self, oid: str) -> None:
        """What is here and was counted just now is wanted: prune sees when that was."""
        self.met_again.add(oid)
        place = self.name(oid)
        try:
            os.utime(place)
            self._was_counted(oid, identity(os.stat(place)))
        except OSError:  # of another user, who shares this clone
            pass

    def _name_it(self, draft: "Name", oid: str) -> None:
        place = self.name(oid)
        self._move(draft, place)
        self._unsynced.append(place)
        self._was_counted(oid, identity(os.stat(place)))

    def _move(self, source: "Name", place: str) -> None:
        """Rename, into a folder that may have to be made."""
        try:
            os.replace(source, place)
        except FileNotFoundError:
            make_folder(os.path.dirname(place))
            os.replace(source, place)

    def _was_counted(self, oid: str, found: Identity) -> None:
        # A file system that knows whole seconds only cannot tell a later write in the same one.
        if found.size > WORTH_IT and found.ctime_ns % _SECOND:
            self.counted[oid] = found

    @property
    def is_synced(self) -> bool:
        """Whether nothing was put here since the last `sync`."""
        return not self._unsynced

    def sync(self) -> None:
        """What was put here since the last call survives a power cut. Raises CannotWrite."""
        files, self._unsynced = self._unsynced, []
        folders = {os.path.dirname(file) for file in files}
        folders |= {os.path.dirname(folder) for folder in folders}
        try:
            lasting.sync([*files, *folders, *([self._folder] if files else [])], self._folder)
        except OSError as error:
            raise cannot_write(error.filename, error) from error

    def sweep(self, *, now: float | None = None) -> int:
        """Remove drafts that no living process writes, a day after; how many."""
        from git_anvcs.blobs import leftovers  # a filter that kept nothing does without

        try:
            folder = os.open(self._drafts, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:  # there are none
            return 0
        try:
            return leftovers.sweep(folder, now=now)
        finally:
            os.close(folder)


def identity(found: os.stat_result) -> Identity:
    """What a file is known by."""
    return Identity(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def new_hash() -> "_Hash":
    """SHA-256 of what is to come, as fast as this machine counts."""
    from hashlib import sha256

    return sha256()


def digest_in_memory(data: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal digits."""
    if len(data) <= _SMALL:
        return small_sha256(data).hexdigest()
    made = new_hash()
    made.update(data)
    return made.hexdigest()


def digest(pieces: Iterable[bytes]) -> str:
    """SHA-256 of the pieces, one behind the other."""
    made = new_hash()
    for piece in pieces:
        made.update(piece)
    return made.hexdigest()


def chunks(file: "BinaryIO") -> Iterator[bytes]:
    """The bytes of a file, piece by piece."""
    while chunk := file.read(CHUNK):
        yield chunk


def _read(path: str, size: int) -> bytes:
    """The file; a longer one is cut behind `size` and a byte."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(descriptor, size + 1)
        while len(data) < size and (more := os.read(descriptor, size + 1 - len(data))):
            data += more
    finally:
        os.close(descriptor)
    return data

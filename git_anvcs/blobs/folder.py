"""Versions of blobs below one folder: what the stores `local` and `nfs` have in common.

    blobs/sha256/ab/cd/<oid>        a content-addressed blob: its key says what it is
    blobs/<key>,v/<sha256>          the versions of any other key
    new/                            what is being written

The id of a version is the SHA-256 of its bytes, so the same bytes are the same version on every
machine, and nothing is ever written over: a file may be one that the cache of a clone has, too.
Every step goes from folder to folder by descriptors
that follow no symbolic link (openat(2)), so a link planted in the store leads nowhere.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
import errno
from hashlib import sha256
import os
from pathlib import Path
import re
import stat
from typing import NamedTuple, TypeVar

from git_anvcs.blobs import copying, leftovers, sharing
from git_anvcs.blobs.arriving import arriving, check
from git_anvcs.blobs.begun import Begun
from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable
from git_anvcs.blobs.key_parts import parts_of
from git_anvcs.blobs.store import Held, oid_in
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import make_folder

MARK = "anvcs-blobs"  # stands in the root of a store that must be mounted to be one

_CHUNK = 1 << 20
_VERSIONS = ",v"  # as RCS named its files
_OID = re.compile(r"[0-9a-f]{64}")
_IN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hang us
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_LET = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP, errno.ENOTDIR, errno.EXDEV)
_FULL = (errno.ENOSPC, errno.EDQUOT)
# A server's file that another client replaced, or a folder that another process just removed.
_ONCE_MORE = (errno.ESTALE, errno.ENOENT)

T = TypeVar("T")


class Place(NamedTuple):
    """Where the version of a key is: folders from the root, and the file's name; empty: newest."""

    folders: tuple[str, ...]
    name: str


class FolderStore:
    """A store in a folder. makes_root: the folder is made when it is missing (not of a mount).

    frozen: a folder of files that nobody ever writes to; they may become versions by a link
    """

    def __init__(
        self, alias: str, root: Path, *, makes_root: bool, frozen: Path | None = None
    ) -> None:
        self.alias = alias
        self.root = root
        self._makes_root = makes_root
        self._frozen = frozen

    def upload(self, local_path: Path, key: str) -> Held:
        """Keep the file; of the same bytes twice there is one version. Raises WrongContent too."""
        wanted = oid_in(key)
        if wanted and self.answers(lambda: self._is_whole(key)):
            with _local(local_path) as file:
                check(_copy(file, None)[0], wanted)
            return Held(key, wanted, wanted, _size_of(local_path), was_there=True)
        oid, size = self.answers(lambda: self._put(local_path, key, wanted), retry=_ONCE_MORE)
        return Held(key, oid, oid, size)

    def download(
        self, key: str, version_id: str, dest_path: Path, begun: Begun | None = None
    ) -> None:
        """Write that version (empty: the newest) to `dest_path`, whole or not at all."""
        descriptor, oid = self.answers(lambda: self._open(key, version_id))
        where = f"{self.root} {key}"
        with (
            os.fdopen(descriptor, "rb", buffering=0) as file,
            arriving(dest_path, oid, begun, where) as arrival,
        ):
            found = os.fstat(descriptor)
            start = arrival.begin(f"{found.st_ino} {found.st_size} {found.st_mtime_ns}")
            self.answers(lambda: file.seek(start), retry=())
            while chunk := self.answers(lambda: file.read(_CHUNK), retry=()):
                arrival.write(chunk)

    def exists(self, key: str, version_id: str | None = None) -> bool:
        """Whether that version (None: any) is there."""
        try:
            os.close(self.answers(lambda: self._open(key, version_id or ""))[0])
        except BlobMissing:
            return False
        return True

    def confirms(self, local_path: Path, key: str, version_id: str) -> bool:
        """Whether the bytes are there: they are read. Raises BlobMissing, WrongContent."""
        descriptor, oid = self.answers(lambda: self._open(key, version_id))
        try:
            check(self.answers(lambda: _copy(descriptor, None)[0], retry=()), oid)
        finally:
            os.close(descriptor)
        return True

    def faults(
        self, key: str, version_id: str, size: int, *, found_by_key: bool = True
    ) -> list[str]:
        """What is not as it was sent. Raises BlobMissing when it is gone."""
        found = self.answers(lambda: self._size(_place(key, version_id)))
        if found is None:
            raise _missing(key, version_id)
        return [] if found == size else [f"it has {found} bytes there"]

    def delete_version(self, key: str, version_id: str) -> None:
        """Remove one version for good."""

        def delete() -> None:
            place = _place(key, version_id)
            with self.folder(place.folders) as folder:
                os.unlink(place.name, dir_fd=folder)
                _sync(folder)
            with suppress(OSError), self.folder(place.folders[:-1]) as above:
                os.rmdir(place.folders[-1], dir_fd=above)  # goes only with the last version

        if not version_id:
            raise BlobMissing(f"no version of {key} was named")
        self.answers(delete, key)

    def _put(self, local_path: Path, key: str, wanted: str | None) -> tuple[str, int]:
        with self.folder(("new",), make=True) as new, _local(local_path) as file:
            leftovers.sweep(new)
            name = f"{os.getpid()}.{os.urandom(8).hex()}"
            may_link = self._frozen is not None and self._frozen in local_path.parents
            try:
                descriptor = os.open(name, _NEW, 0o444, dir_fd=new)
                try:
                    sharing.let_read(descriptor, new)
                    if copying.reflink(file, descriptor):
                        oid, size = _copy(descriptor, None)
                    elif may_link and _link(local_path, file, name, new):
                        os.dup2(file, descriptor)
                        oid, size = _copy(file, None)
                    else:
                        oid, size = _copy(file, descriptor)
                    check(oid, wanted)
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
                place = _place(key, oid)
                with self.folder(place.folders, make=True) as folder:
                    os.rename(name, place.name, src_dir_fd=new, dst_dir_fd=folder)
                    _sync(folder)
            finally:
                with suppress(OSError):  # still there after an error, or of a link to itself
                    os.unlink(name, dir_fd=new)
        return oid, size

    def _open(self, key: str, version_id: str) -> tuple[int, str]:
        """A descriptor to read from, and the SHA-256 that must come. Raises BlobMissing."""
        place = _place(key, version_id)
        try:
            with self.folder(place.folders) as folder:
                name = place.name or _newest(folder)
                descriptor = os.open(name, _READ, dir_fd=folder)
        except FileNotFoundError:
            raise _missing(key, version_id) from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _missing(key, version_id)
        return descriptor, name

    def _is_whole(self, key: str) -> bool:
        """Whether the bytes of a content's key are there: damaged ones are sent again."""
        try:
            descriptor, oid = self._open(key, "")
        except BlobMissing:
            return False
        except OSError as error:
            if error.errno == errno.ELOOP:  # a link in its place: replaced, if it is the last step
                return False
            raise
        try:
            return _copy(descriptor, None)[0] == oid
        finally:
            os.close(descriptor)

    def _size(self, place: Place) -> int | None:
        try:
            with self.folder(place.folders) as folder:
                found = os.stat(place.name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    @contextmanager
    def folder(self, names: tuple[str, ...], *, make: bool = False) -> Iterator[int]:
        """A descriptor of a folder below the root; make: with every folder on the way."""
        with ExitStack() as stack:
            here = _held(stack, self._open_root(make=make))
            for name in names:
                if make:
                    _make(name, here)
                here = _held(stack, os.open(name, _IN, dir_fd=here))
            yield here

    def _open_root(self, *, make: bool) -> int:
        if self._makes_root and make:
            make_folder(self.root, mode=0o700)
        elif not self._makes_root and not (self.root / MARK).exists():
            raise Unreachable(
                f"{self.root} is not the folder of a store: it is not mounted, or it is new",
                hint=f"if it is mounted, make it one: touch '{self.root / MARK}'",
            )
        return os.open(self.root, _IN & ~os.O_NOFOLLOW)  # the root is the user's own word

    def answers(
        self, ask: Callable[[], T], key: str = "", *, retry: tuple[int, ...] = (errno.ESTALE,)
    ) -> T:
        """What `ask` gives; asked once more after an error of `retry`. OSError is told as ours."""
        try:
            return ask()
        except OSError as error:
            if error.errno not in retry:
                raise self._told(error, key) from error
        try:
            return ask()
        except OSError as error:
            raise self._told(error, key) from error

    def _told(self, error: OSError, key: str) -> AnvcsError:
        said = f"the store {self.alias} ({self.root}): {error.strerror}"
        if error.errno in _NOT_LET:
            return Refused(said, hint="look at who may write there, and for links planted in it")
        if error.errno in _FULL:
            return Unreachable(said, hint="make room there; what could not be sent stays here")
        if isinstance(error, FileNotFoundError) and key:
            return BlobMissing(f"the store {self.alias} has no such version of {key}")
        return Unreachable(said, hint="nothing is lost: it is tried again later")


def _place(key: str, version_id: str) -> Place:
    """Raises Refused for a key that names no blob, BlobMissing for an id that is none of ours."""
    *folders, name = parts_of(key)
    if any(folder.endswith(_VERSIONS) for folder in folders):
        raise Refused(f"{key!r} cannot be a key here: `{_VERSIONS}` ends the names of our folders")
    oid = oid_in(key)
    if version_id and (not _OID.fullmatch(version_id) or oid not in (None, version_id)):
        raise _missing(key, version_id)
    if oid:
        return Place(("blobs", *folders), oid)
    return Place(("blobs", *folders, f"{name}{_VERSIONS}"), version_id)


def _missing(key: str, version_id: str) -> BlobMissing:
    return BlobMissing(f"there is no version {f'{version_id} ' if version_id else ''}of {key}")


def _newest(folder: int) -> str:
    with os.scandir(folder) as found:
        ages = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.name) for entry in found]
    if not ages:
        raise FileNotFoundError
    return max(ages)[1]


def _link(path: Path, file: int, name: str, folder: int) -> bool:
    """Replace the empty draft by a second name of the open file; whether that could be done.

    Not of a file that anybody may write to, in another file system, or replaced meanwhile.
    """
    there = os.fstat(file)
    if not stat.S_ISREG(there.st_mode) or there.st_mode & 0o222:
        return False
    second = f"{name}.link"
    try:
        os.link(path, second, dst_dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    found = os.stat(second, dir_fd=folder, follow_symlinks=False)
    if (found.st_dev, found.st_ino) != (there.st_dev, there.st_ino):
        os.unlink(second, dir_fd=folder)
        return False
    os.rename(second, name, src_dir_fd=folder, dst_dir_fd=folder)
    return True


def _copy(file: int, draft: int | None) -> tuple[str, int]:
    """SHA-256 and size of a file's bytes, written to a draft, if there is one, on the way."""
    counted, size = sha256(), 0
    while chunk := os.read(file, _CHUNK):
        counted.update(chunk)
        size += len(chunk)
        view = memoryview(chunk)
        while view and draft is not None:
            view = view[os.write(draft, view) :]
    return counted.hexdigest(), size


@contextmanager
def _local(path: Path) -> Iterator[int]:
    """A descriptor of the file that is to be sent."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _size_of(path: Path) -> int:
    with _local(path) as file:
        return os.fstat(file).st_size


def _held(stack: ExitStack, descriptor: int) -> int:
    stack.callback(os.close, descriptor)
    return descriptor


def _make(name: str, folder: int) -> None:
    with suppress(FileExistsError):
        sharing.make_folder(name, folder)
        _sync(folder)


def _sync(folder: int) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems sync no folders
            raise

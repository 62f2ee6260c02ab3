"""A file that comes from a store: counted while it is written, named only when it is whole.

What came packed (blobs/packing) is unpacked here, whichever store it came from.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
import os
from pathlib import Path

from git_anvcs.blobs import coming, packing
from git_anvcs.blobs.begun import STEP, Begun, opened, start_in
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.blobs.pointer import LARGEST
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import share

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def arriving(
    dest: Path, oid: str | None, begun: Begun | None = None, where: str = ""
) -> Iterator["Arrival"]:
    """Write to `dest` with what this gives; after the block it is there, whole, or as it was.

    oid: the SHA-256 that the bytes must have, where it is known; they are not synced, see
    `Cache.sync`
    begun: what comes stays there when the block ends too early; where: the store and the key
    Raises WrongContent, CannotWrite.
    """
    arrival = Arrival(dest, begun.oid if begun else oid, begun, where)
    try:
        yield arrival
        arrival.end()
    except WrongContent:
        arrival.is_worth_keeping = False
        raise
    finally:
        arrival.close()


class Arrival:
    """A file on its way. oid: the SHA-256 that it must have, None: any"""

    def __init__(self, dest: Path, oid: str | None, begun: Begun | None, where: str) -> None:
        self.oid = oid
        self._dest = dest
        self._begun = begun
        self._where = where
        name = f".{dest.name[:64]}.{os.getpid()}.{os.urandom(6).hex()}.tmp"
        self._draft = self._temporary = dest.with_name(name)
        self._file = -1
        self._forget()

    @property
    def is_begun(self) -> bool:
        """Whether an earlier download from there left anything."""
        return self._begun is not None and self._begun.has_any(self._where)

    def begin(self, what: str, *, anew: bool = False) -> int:
        """Before the first `write`: how many bytes of it are there, so that the others are to come.

        what: words of the store for these bytes, and for no others; empty: it has none
        anew: all are to come, whatever is there. What is there is counted, which takes its time.
        Raises CannotWrite.
        """
        self._forget()
        if self._begun is None or not what:
            return 0
        draft = self._begun.draft(self._where, what)
        self._begun.went_on = not anew and self._goes_on(draft)
        if not self._begun.went_on:
            self._forget()
            try:
                self._begun.clear(self._where)
            except OSError as error:
                raise self._cannot(error) from error
        self.is_worth_keeping, self._draft = True, draft
        return self._size

    def _goes_on(self, draft: Path) -> bool:
        """Whether it is open behind what is worth keeping of it, and that is counted."""
        try:
            self._file = opened(draft)
            start = start_in(os.fstat(self._file).st_size)
            while self._size < start:
                piece = os.pread(self._file, min(STEP, start - self._size), self._size)
                if not piece:
                    return False
                self._count(piece)
                os.utime(self._file)  # who waits for it sees by that that somebody is at it
            os.lseek(self._file, start, os.SEEK_SET)
        except (OSError, WrongContent):  # it is not there, or it is too large
            return False
        return start > 0

    def _forget(self) -> None:
        self._shut()
        self._counted, self._size = sha256(), 0
        self.is_worth_keeping, self._draft = False, self._temporary
        if self._begun:
            self._begun.went_on = False

    def write(self, chunk: bytes) -> None:
        """The next bytes. Raises WrongContent when they are too many, CannotWrite."""
        self._count(chunk)
        view = memoryview(chunk)
        try:
            self._open()
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            raise self._cannot(error) from error

    def end(self) -> None:
        """All has come: it gets its name. Raises WrongContent, CannotWrite."""
        try:
            self._open()
            os.truncate(self._file, self._size)
            self._shut()
            found = self._counted.hexdigest()
            if self.oid is None or found == self.oid or not self._unpacked(self.oid):
                check(found, self.oid)
                self._draft.replace(self._dest)
        except OSError as error:
            raise self._cannot(error) from error

    def close(self) -> None:
        """What is not named by now goes, unless one can go on with it."""
        self._shut()
        with suppress(FileNotFoundError):
            if not (self.is_worth_keeping and start_in(self._draft.stat().st_size)):
                self._draft.unlink()

    def _count(self, piece: bytes) -> None:
        self._size += len(piece)
        coming.came(len(piece), self._size)
        self._counted.update(piece)

    def _open(self) -> None:
        if self._file < 0:
            self._file = os.open(self._draft, _NEW, 0o666)
            share(self._draft, self._file)

    def _shut(self) -> None:
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _cannot(self, error: OSError) -> CannotWrite:
        hint = "what has come stays: with more room, fetching it goes on from there"
        return CannotWrite(
            f"cannot write {self._dest}: {error.strerror}",
            hint=hint if self.is_worth_keeping and start_in(self._size) else "",
        )

    def _unpacked(self, oid: str) -> bool:
        """Name the content of the frame that came; whether it was one. Raises WrongContent."""
        plain, counted = self._draft.with_suffix(".plain.tmp"), sha256()
        try:
            plain.unlink(missing_ok=True)
            with self._draft.open("rb") as file:
                pieces = packing.unpacked(file, coming.most(LARGEST))
                if pieces is None:
                    return False
                with plain.open("xb") as made:
                    for piece in pieces:
                        coming.came(len(piece))
                        counted.update(piece)
                        made.write(piece)
            check(counted.hexdigest(), oid)
            plain.replace(self._dest)
        finally:
            plain.unlink(missing_ok=True)
        self.is_worth_keeping = False
        return True


def check(found: str, oid: str | None) -> None:
    """Raise WrongContent unless the bytes have the SHA-256 that was asked for, if one was."""
    if oid is not None and found != oid:
        raise WrongContent(
            f"the bytes have SHA-256 {found}, wanted was {oid}",
            hint="nothing was changed; another copy may be whole",
        )

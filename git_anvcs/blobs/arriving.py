"""A file that comes from a store: counted while it is written, named only when it is whole.

What came packed (blobs/packing) is unpacked here, whichever store it came from.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
import os
from pathlib import Path

from git_anvcs.blobs import coming, packing
from git_anvcs.blobs.begun import STEP, Begun, opened, start_in
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.blobs.pointer import LARGEST
from git_anvcs.store.atomic import CannotWrite

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
        self.is_worth_keeping = False
        self._dest = dest
        self._begun = begun
        self._where = where
        self._draft = dest.with_name(f".{dest.name[:64]}.{os.getpid()}.{os.urandom(6).hex()}.tmp")
        self._found: Path | None = None
        self._file = -1
        self._counted, self._size = sha256(), 0
        if begun:
            begun.went_on = False

    def there(self) -> int:
        """How many bytes an earlier download from there has left; they are counted now."""
        newest = self._begun and self._begun.newest(self._where)
        if not newest:
            return 0
        self._found, start = newest
        try:
            self._file = opened(self._found)
            while self._size < start:
                piece = os.pread(self._file, min(STEP, start - self._size), self._size)
                if not piece:
                    raise EOFError
                self._count(piece)
                os.utime(self._file)  # who waits for it sees by that that somebody is at it
        except (OSError, EOFError, WrongContent):
            self.anew()
        return self._size

    def begin(self, what: str) -> int:
        """Before the first `write`: behind how many bytes of `there` it is, or 0.

        what: words of the store for the bytes that come, and for no others; empty: it has none
        Raises CannotWrite.
        """
        draft = self._begun.draft(self._where, what) if self._begun and what else None
        try:
            if draft and self._begun and draft == self._found:
                os.truncate(self._file, self._size)
                os.lseek(self._file, 0, os.SEEK_END)
                self._begun.went_on = True
            else:
                self.anew()
                if draft and self._begun:
                    self._begun.clear(self._where)
        except OSError as error:
            raise self._cannot(error) from error
        self.is_worth_keeping = draft is not None
        self._draft = draft or self._draft
        return self._size

    def anew(self) -> None:
        """Whatever is there, the first byte comes next."""
        self._shut()
        self._found = None
        self._counted, self._size = sha256(), 0

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
        if not (self.is_worth_keeping and start_in(self._size)):
            self._draft.unlink(missing_ok=True)

    def _count(self, piece: bytes) -> None:
        self._size += len(piece)
        coming.came(len(piece), self._size)
        self._counted.update(piece)

    def _open(self) -> None:
        if self._file < 0:
            self._file = os.open(self._draft, _NEW, 0o666)

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

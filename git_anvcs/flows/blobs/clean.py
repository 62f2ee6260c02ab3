"""Story: a file on its way into Git. Its content goes into the cache, its pointer goes to Git.

Nothing is sent anywhere: `git add` works offline, and `git status` starts this, too.
"""

from git_anvcs.blobs.contents import digest_in_memory
from git_anvcs.blobs.draft import Counted, Draft
from git_anvcs.blobs.pointer import LONGEST_SEEN, Pointer, parse
from git_anvcs.flows.blobs.filter_run import FilterRun
from git_anvcs.git.pktline import Piece
from git_anvcs.kernel.errors import AnvcsError

_IN_MEMORY = 1 << 20  # bytes; less is written at once, when it is known that it is not here


class Cleaning:
    """One file, as it comes in pieces; use it as a context, so that no draft stays behind."""

    def __init__(self, run: FilterRun, path: str) -> None:
        self._run = run
        self._path = path
        self._start = bytearray()
        self._into: Counted | None = None
        self._problem: AnvcsError | None = None  # why it cannot be kept

    def write(self, piece: Piece) -> None:
        """The next bytes. What cannot be kept is counted: it may be here already."""
        if self._into is not None:
            self._add(self._into, piece)
            return
        self._start += piece
        if len(self._start) > _IN_MEMORY:
            self._into = self._begun()
            self._add(self._into, memoryview(self._start))
            self._start = bytearray()

    def answer(self) -> bytes:
        """What Git is to store: the pointer. Raises CannotWrite."""
        if self._into is not None:
            return self._run.pointer_for(Pointer(*self._kept(self._into)), self._path)
        data = bytes(self._start)
        seen = self._run.as_in_git(data, self._path) if len(data) <= LONGEST_SEEN else data
        if not data or parse(seen):
            return seen  # empty stays empty; what was not here was not changed
        return self._run.pointer_for(Pointer(self._added(data), len(data)), self._path)

    def _added(self, data: bytes) -> str:
        try:
            return self._run.cache.add(data)
        except AnvcsError:
            if not self._run.read_only:
                raise
            return digest_in_memory(data)

    def _begun(self) -> Counted:
        try:
            return self._run.cache.draft()
        except AnvcsError as error:
            self._problem = error
            return Counted()

    def _add(self, into: Counted, piece: Piece) -> None:
        if self._problem or not isinstance(into, Draft):
            into.count(piece)
            return
        try:
            into.write(piece)
        except AnvcsError as error:
            self._problem = error

    def _kept(self, into: Counted) -> tuple[str, int]:
        """What it is, and that it is here. Raises CannotWrite."""
        if not self._problem and isinstance(into, Draft):
            try:
                return into.keep()
            except AnvcsError as error:
                self._problem = error
        oid, size = into.counted()
        here = self._run.cache.has(oid, size) and self._run.cache.whole(oid)
        if self._problem and not here and not self._run.read_only:
            raise self._problem
        return oid, size

    def __enter__(self) -> "Cleaning":
        return self

    def __exit__(self, *_: object) -> None:
        if self._into is not None:
            self._into.close()

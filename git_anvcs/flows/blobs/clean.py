"""Story: a file on its way into Git. Its content goes into the cache, its pointer goes to Git.

Nothing is sent anywhere: `git add` works offline, and `git status` starts this, too.
"""

from contextlib import ExitStack
from hashlib import sha256
from types import TracebackType

from git_anvcs.blobs.cache import Draft
from git_anvcs.blobs.pointer import LONGEST, Pointer, parse
from git_anvcs.flows.blobs.filter_run import FilterRun
from git_anvcs.kernel.errors import AnvcsError


class Cleaning:
    """One file, as it comes in pieces; use it as a context, so that no draft stays behind."""

    def __init__(self, run: FilterRun, path: str) -> None:
        self._run = run
        self._path = path
        self._start = b""  # as long as it may be a pointer
        self._into: Draft | _Counted | None = None
        self._stack = ExitStack()

    def write(self, piece: bytes) -> None:
        """The next bytes. Raises CannotWrite, after which only leaving the context is of use."""
        if self._into is None:
            self._start += piece
            if len(self._start) > LONGEST:
                self._begin()
        else:
            self._into.write(piece)

    def answer(self) -> bytes:
        """What Git is to store: the pointer. Raises CannotWrite."""
        if self._into is None:
            if not self._start or parse(self._start):
                return self._start  # empty stays empty; what was not here was not changed
            self._begin()
        assert self._into is not None  # noqa: S101 - _begin made it or has raised
        return self._run.pointer_for(Pointer(*self._into.keep()), self._path)

    def _begin(self) -> None:
        try:
            self._into = self._stack.enter_context(self._run.cache.draft())
        except AnvcsError:
            if not self._run.read_only:
                raise
            self._into = _Counted()
        self._into.write(self._start)

    def __enter__(self) -> "Cleaning":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


class _Counted:
    """A content that is only counted: in a repository where Git can store nothing either."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._size = 0

    def write(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._size += len(piece)

    def keep(self) -> tuple[str, int]:
        return self._hash.hexdigest(), self._size

"""Story: a file on its way into Git. Its content goes into the cache, its pointer goes to Git.

Nothing is sent anywhere: `git add` works offline, and `git status` starts this, too.
"""

from git_anvcs.blobs.contents import Draft, digest_in_memory, new_hash
from git_anvcs.blobs.pointer import LONGEST_SEEN, Pointer, parse
from git_anvcs.flows.blobs.filter_run import FilterRun
from git_anvcs.kernel.errors import AnvcsError

_IN_MEMORY = 1 << 20  # bytes; less is written at once, when it is known that it is not here


class Cleaning:
    """One file, as it comes in pieces; use it as a context, so that no draft stays behind."""

    def __init__(self, run: FilterRun, path: str) -> None:
        self._run = run
        self._path = path
        self._start: list[bytes] = []
        self._size = 0
        self._into: Draft | _Counted | None = None

    def write(self, piece: bytes) -> None:
        """The next bytes. Raises CannotWrite, after which only leaving the context is of use."""
        if self._into is not None:
            self._into.write(piece)
            return
        self._start.append(piece)
        self._size += len(piece)
        if self._size > _IN_MEMORY:
            self._into = self._begun()
            self._into.write(b"".join(self._start))
            self._start.clear()

    def answer(self) -> bytes:
        """What Git is to store: the pointer. Raises CannotWrite."""
        if self._into is not None:
            return self._run.pointer_for(Pointer(*self._into.keep()), self._path)
        data = b"".join(self._start)
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

    def _begun(self) -> "Draft | _Counted":
        try:
            return self._run.cache.draft()
        except AnvcsError:
            if not self._run.read_only:
                raise
            return _Counted()

    def __enter__(self) -> "Cleaning":
        return self

    def __exit__(self, *_: object) -> None:
        if self._into is not None:
            self._into.close()


class _Counted:
    """A content that is only counted: in a repository where Git can store nothing either."""

    def __init__(self) -> None:
        self._hash = new_hash()
        self._size = 0

    def write(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._size += len(piece)

    def keep(self) -> tuple[str, int]:
        return self._hash.hexdigest(), self._size

    def close(self) -> None:
        """Nothing is open."""

"""Story: a file on its way out of Git. Its pointer is answered with the content from the cache.

Every byte that leaves was counted here: a damaged file of the cache is set aside, not handed out.
What is not here stays a pointer, which is a file like any other; a checkout never fails over it.
"""

from collections.abc import Iterator
from hashlib import sha256

from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs.filter_run import FilterRun
from git_anvcs.git.pktline import LARGEST

AT_ONCE = 16 * LARGEST  # bytes: as many whole packets as a large pipe takes
_IN_MEMORY = 64 << 20


class Content:
    """A content that is here and whole, in pieces."""

    def __init__(self, run: FilterRun, pointer: Pointer) -> None:
        self._run = run
        self._pointer = pointer
        self._data: bytes | None = None

    def load(self) -> bool:
        """Whether it is here, by its bytes and not by its name."""
        pointer, cache = self._pointer, self._run.cache
        if not cache.has(pointer.oid, pointer.size):
            return False
        if pointer.size > _IN_MEMORY:
            return cache.whole(pointer.oid)
        try:
            data = cache.place(pointer.oid).read_bytes()
        except OSError:
            return False
        if sha256(data).hexdigest() != pointer.oid:
            return cache.whole(pointer.oid)  # which sets it aside
        self._data = data
        return True

    def pieces(self) -> Iterator[bytes]:
        """The bytes. Raises OSError, ChangedMeanwhile behind the last of them."""
        if self._data is not None:
            for start in range(0, len(self._data), AT_ONCE):
                yield self._data[start : start + AT_ONCE]
            return
        made = sha256()
        with self._run.cache.place(self._pointer.oid).open("rb", buffering=0) as file:
            while piece := file.read(AT_ONCE):
                made.update(piece)
                yield piece
        if made.hexdigest() != self._pointer.oid:
            raise ChangedMeanwhile(self._pointer.oid)


class ChangedMeanwhile(OSError):
    """Somebody wrote into a file of the cache while it was read."""

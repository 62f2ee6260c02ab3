"""Story: a file on its way out of Git. Its pointer is answered with the content from the cache.

Every byte that leaves was counted here: a damaged file of the cache is set aside, not handed out.
What is not here stays a pointer, which is a file like any other; a checkout never fails over it.
"""

from collections.abc import Iterator

from git_anvcs.blobs.contents import new_hash
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
        run, pointer = self._run, self._pointer
        if pointer.size > _IN_MEMORY:
            return run.has(pointer) and run.cache.whole(pointer.oid)
        self._data = run.cache.read(pointer.oid, pointer.size)
        if self._data is None and run.borrows(pointer):
            self._data = run.cache.read(pointer.oid, pointer.size)
        return self._data is not None

    def pieces(self) -> Iterator[bytes]:
        """The bytes. Raises OSError, ChangedMeanwhile behind the last of them."""
        if self._data is not None:
            for start in range(0, len(self._data), AT_ONCE):
                yield self._data[start : start + AT_ONCE]
            return
        made = new_hash()
        name = self._run.cache.name(self._pointer.oid)
        with open(name, "rb", buffering=0) as file:
            while piece := file.read(AT_ONCE):
                made.update(piece)
                yield piece
        if made.hexdigest() != self._pointer.oid:
            raise ChangedMeanwhile(self._pointer.oid)


class ChangedMeanwhile(OSError):
    """Somebody wrote into a file of the cache while it was read."""

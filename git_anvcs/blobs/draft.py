"""A content that comes piece by piece: counted, and on its way to the disk while more comes."""

from collections.abc import Callable
import os

from git_anvcs.blobs import lasting
from git_anvcs.blobs.writing import cannot_write, remove, write
from git_anvcs.git.pktline import Piece

_AHEAD = 16 << 20  # bytes; what is shorter is written when it is waited for


class Counted:
    """SHA-256 and size of what has come; what cannot be kept may be here already. size: in bytes"""

    def __init__(self) -> None:
        from hashlib import sha256

        self._hash = sha256()
        self.size = 0

    def count(self, chunk: Piece) -> None:
        """The next bytes."""
        self._hash.update(chunk)
        self.size += len(chunk)

    def counted(self) -> tuple[str, int]:
        """(oid, size) of the bytes by now."""
        return self._hash.hexdigest(), self.size

    def close(self) -> None:
        """Nothing is open."""


class Draft(Counted):
    """A content that is being written; it becomes part of the cache by `keep`."""

    def __init__(self, put: Callable[[str, str, int], None], descriptor: int, path: str) -> None:
        super().__init__()
        self._put = put
        self._descriptor = descriptor
        self._path = path
        self._kept = False
        self._begun = 0

    def write(self, chunk: Piece) -> None:
        """Add bytes at the end. Raises CannotWrite; they are counted all the same."""
        self.count(chunk)
        try:
            write(self._descriptor, chunk)
            if self.size - self._begun >= _AHEAD:
                lasting.begin(self._descriptor, self._begun, self.size - self._begun)
                self._begun = self.size
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def keep(self) -> tuple[str, int]:
        """Give it its name; (oid, size). Raises CannotWrite."""
        oid, _ = self.counted()
        self._put(self._path, oid, self.size)
        self._kept = True
        return oid, self.size

    def __enter__(self) -> "Draft":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Without `keep` nothing stays."""
        os.close(self._descriptor)
        if not self._kept:
            remove(self._path)

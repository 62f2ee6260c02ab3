"""Objects of a history, read one by one and written in portions, while it is rewritten.

One git that tells sizes, one that gives contents, both kept open; what is new is packed by the
thousand, and what Git has already is not written again.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from git_anvcs.git import objects
from git_anvcs.git.objects import AS_STORED, Object
from git_anvcs.git.repo import Repo, Talk
from git_anvcs.kernel.errors import AnvcsError

_PORTION = 5000  # objects
_PORTION_BYTES = 16 << 20
_CHUNK = 1 << 20


class ObjectMissing(AnvcsError):
    """An object of the history is not in this clone."""


class Contents:
    """Open for the time of one rewriting; see `opened`."""

    def __init__(self, repo: Repo, stack: ExitStack, *, dry: bool = False) -> None:
        self.repo = repo
        self.dry = dry
        self._stack = stack
        self._sizes = stack.enter_context(
            repo.talk("cat-file", "--batch-check=%(objecttype) %(objectsize)", env=AS_STORED)
        )
        self._bytes = stack.enter_context(repo.talk("cat-file", "--batch", env=AS_STORED))
        self._hashing: Talk | None = None
        self._new: dict[str, Object] = {}
        self._held = 0

    def size(self, oid: str) -> int:
        """The size of an object. Raises ObjectMissing."""
        _ask(self._sizes, oid)
        words = self._sizes.read.readline().split()
        if len(words) != 2 or not words[1].isdigit():
            raise _missing(oid)
        return int(words[1])

    def data(self, oid: str) -> bytes:
        """An object's bytes. Raises ObjectMissing."""
        if oid in self._new:
            return self._new[oid].data
        return b"".join(self.pieces(oid))

    def pieces(self, oid: str) -> Iterator[bytes]:
        """The same bit by bit, to be read to the end."""
        _ask(self._bytes, oid)
        words = self._bytes.read.readline().split()
        if len(words) != 3 or not words[2].isdigit():
            raise _missing(oid)
        left = int(words[2])
        while left:
            piece = self._bytes.read.read(min(left, _CHUNK))
            if not piece:
                raise _missing(oid)
            left -= len(piece)
            yield piece
        self._bytes.read.read(1)

    def write(self, kind: str, data: bytes) -> str:
        """Add an object; its id. It is in Git after `flush` at the latest."""
        made = objects.make(self.repo, kind, data)
        if made.oid not in self._new:
            self._new[made.oid] = made
            self._held += len(data)
            if len(self._new) >= _PORTION or self._held >= _PORTION_BYTES:
                self.flush()
        return made.oid

    def write_file(self, path: Path) -> str:
        """Add a blob with the bytes of a file of any size; its id (of its name, when dry)."""
        if self.dry:
            return objects.make(self.repo, "blob", str(path).encode()).oid
        if self._hashing is None:
            argv = ("hash-object", "-w", "--no-filters", "--stdin-paths")
            self._hashing = self._stack.enter_context(self.repo.talk(*argv))
        _ask(self._hashing, str(path))
        oid = self._hashing.read.readline().decode().strip()
        if not oid:
            raise AnvcsError(f"git could not read {path}")
        return oid

    def flush(self) -> None:
        """Write what is held and Git does not have; nothing when dry."""
        if not self.dry:
            here = objects.ids(self.repo, self._new)
            pairs = zip(self._new.values(), here, strict=True)
            objects.write(self.repo, [made for made, known in pairs if known is None])
        self._new = {}
        self._held = 0


@contextmanager
def opened(repo: Repo, *, dry: bool = False) -> Iterator[Contents]:
    """A repository's objects, to read and write until the block ends; dry: nothing is written."""
    with ExitStack() as stack:
        yield Contents(repo, stack, dry=dry)


def _ask(git: Talk, name: str) -> None:
    git.write.write(name.encode(errors="surrogateescape") + b"\n")
    git.write.flush()


def _missing(oid: str) -> AnvcsError:
    return ObjectMissing(
        f"the object {oid} of this history is not here",
        hint="a whole history is needed; in a partial clone: git fetch --refetch --no-filter",
    )

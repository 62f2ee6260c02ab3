"""Objects of a history, read one by one and written in portions, while it is rewritten.

What a run of commits brings is read ahead in bulk; for the rest one git that tells sizes and one
that gives contents are kept open. What is new is packed by the thousand, and what Git has already
is not written again.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from git_anvcs.git import objects
from git_anvcs.git.objects import AS_STORED, Object
from git_anvcs.git.repo import Repo, Talk
from git_anvcs.kernel.errors import AnvcsError

_PORTION = 5000  # objects
_PORTION_BYTES = 16 << 20
_CHUNK = 1 << 20
AHEAD = 200  # commits that are looked into at once
_MOST_AHEAD = 50_000  # objects; the first commit of a large history may bring more
_SMALL = 1024  # bytes: a pointer is no longer
_DIFF = ("diff-tree", "--stdin", "-r", "-t", "-m", "--root", "--no-renames", "--raw", "-z")


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
        self._ahead: dict[str, bytes] = {}
        self._ahead_sizes: dict[str, int] = {}

    def expect(self, commits: Sequence[str]) -> None:
        """Read what these commits have otherwise than their parents: trees and small blobs."""
        stdin = "".join(f"{oid}\n" for oid in commits).encode()
        fields = self.repo.git(*_DIFF, "--no-commit-id", stdin=stdin, env=AS_STORED).split(b"\0")
        trees: dict[str, None] = {}
        blobs: dict[str, None] = {}
        for row in fields[::2]:
            if row[:1] == b":":
                _, mode, _, oid, _ = row.decode().split(" ")
                if mode != "000000":
                    (trees if mode == "040000" else blobs)[oid] = None
        self._ahead_sizes = objects.blob_sizes(self.repo, blobs)
        small = [oid for oid, size in self._ahead_sizes.items() if size <= _SMALL]
        asked = [*(f"{oid}^{{tree}}" for oid in commits), *trees, *small][:_MOST_AHEAD]
        found = objects.stream(self.repo, asked, env=AS_STORED)
        self._ahead = {one.oid: one.data for one in found if one}

    def size(self, oid: str) -> int:
        """The size of an object. Raises ObjectMissing."""
        if oid in self._ahead_sizes:
            return self._ahead_sizes[oid]
        _ask(self._sizes, oid)
        words = self._sizes.read.readline().split()
        if len(words) != 2 or not words[1].isdigit():
            raise _missing(oid)
        return int(words[1])

    def data(self, oid: str) -> bytes:
        """An object's bytes. Raises ObjectMissing."""
        if oid in self._new:
            return self._new[oid].data
        return self._ahead[oid] if oid in self._ahead else b"".join(self.pieces(oid))

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

"""The contents of large files that this clone has, by their SHA-256, shared by its worktrees.

What the filter does with them is in blobs/contents; here is what the commands do besides.
"""

from collections.abc import Iterable, Iterator
import os
from pathlib import Path

from git_anvcs.blobs.contents import Contents, chunks, digest
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.blobs.writing import cannot_write
from git_anvcs.store.paths import Paths


class Cache(Contents):
    """The cache of one clone; making the object touches nothing."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(os.fspath(paths.blobs))
        self.root = paths.blobs
        self.drafts = paths.blobs / "drafts"
        self.damaged = paths.blobs / "damaged"
        self.quarantine = paths.blobs / "quarantine"  # see blobs/quarantine.py

    def place(self, oid: str) -> Path:
        """Where the content is, or would be."""
        return Path(self.name(oid))

    def free_name(self) -> Path:
        """A name for a draft in the cache's own file system, such as a download's."""
        return Path(self.new_name())

    def add_file(self, path: Path) -> tuple[str, int]:
        """Copy a file into the cache; (oid, size). Raises CannotWrite, OSError of the reading."""
        with path.open("rb", buffering=0) as file, self.draft() as draft:
            for chunk in chunks(file):
                draft.write(chunk)
            return draft.keep()

    def adopt(
        self, path: Path, oid: str, wanted_size: int | None = None, *, counted: bool = False
    ) -> None:
        """Take over a file that has a `free_name`, if it is that content.

        wanted_size: what a pointer says; another would never be found again under it
        counted: whether its bytes were counted here while they were written, see `arriving`
        Raises WrongContent (the file is gone then), CannotWrite.
        """
        try:
            found, size = oid if counted else digest_of(path), path.stat().st_size
            wrong = found != oid or wanted_size not in (None, size)
            if wrong:
                path.unlink()
        except OSError as error:
            raise cannot_write(path, error) from error
        if found != oid:
            raise WrongContent(
                f"the bytes that came have SHA-256 {found}, wanted was {oid}",
                hint="nothing was changed; another copy may be whole",
            )
        if wrong:
            raise WrongContent(
                f"{oid[:12]} has {size} bytes, and its pointer says {wanted_size}",
                hint="the pointer is wrong, not the content: add the file anew",
            )
        self.put(path, oid, size)

    def sync_these(self, oids: Iterable[str]) -> None:
        """What other processes put here survives a power cut, too. Raises CannotWrite."""
        self._unsynced += [self.name(oid) for oid in oids]
        self.sync()

    def oids(self) -> Iterator[str]:
        """Every content that is here, in no order."""
        for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            yield path.name


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        return digest(chunks(file))

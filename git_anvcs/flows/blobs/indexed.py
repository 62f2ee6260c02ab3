"""What Git's index has at a path, for a filter that Git started while it works on that index."""

import os

from git_anvcs.blobs.pointer import LONGEST_SEEN
from git_anvcs.git import index_file, objects
from git_anvcs.git.index_file import NotPatchable
from git_anvcs.git.locate import Names
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError


class Indexed:
    """The index as it is on the disk; it is read again when it is another file."""

    def __init__(self, names: Names) -> None:
        place = names.place()
        found = Repo(place.root, place.git_dir, place.common_dir, bare=False)
        self._repo = found.within(
            {"GIT_DIR": names.git_dir, "GIT_WORK_TREE": names.root, **objects.NO_FETCH}
        )
        self._file = place.git_dir / "index"
        self._of: tuple[int, int, int] | None = None
        self._blobs: dict[bytes, str] = {}
        self._texts: dict[str, bytes | None] = {}

    def small_blob(self, path: str) -> bytes | None:
        """The blob at that path, unless it is larger than a pointer, or not to be had."""
        try:
            blob = self._entries().get(os.fsencode(path))
            if blob and blob not in self._texts:
                self._texts[blob] = self._read(blob)
        except (AnvcsError, NotPatchable, OSError):
            return None
        return self._texts[blob] if blob else None

    def _entries(self) -> dict[bytes, str]:
        with self._file.open("rb") as file:
            found = os.fstat(file.fileno())
            now = (found.st_ino, found.st_size, found.st_mtime_ns)
            if now != self._of:
                index = index_file.parse(file.read(), self._repo.object_format)
                self._blobs = {one.path: one.oid for one in index.entries if not one.stage}
                self._of = now
        return self._blobs

    def _read(self, blob: str) -> bytes | None:
        size = objects.blob_sizes(self._repo, [blob]).get(blob, LONGEST_SEEN + 1)
        found = objects.read(self._repo, [blob])[0] if size <= LONGEST_SEEN else None
        return found.data if found else None

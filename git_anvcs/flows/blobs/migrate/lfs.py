"""Pointers of Git LFS become ours, and ours theirs: they name the same SHA-256.

Only what `.gitattributes` of the same commit says is filtered is converted. Any other file that
looks like a pointer is a text that somebody wrote, and stays one.
"""

import os

from git_anvcs.blobs import lfs, pointer
from git_anvcs.blobs.lfs import LfsPointer
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs.migrate import attribute_text
from git_anvcs.flows.blobs.migrate.contents import Contents
from git_anvcs.flows.blobs.migrate.conversion import KEYS, LFS, OURS, File
from git_anvcs.kernel.errors import UsageError

_TO_OURS = {key + b"=" + LFS: key + b"=" + OURS for key in KEYS}
_TO_LFS = {ours: theirs for theirs, ours in _TO_OURS.items()}


class FromLfs:
    """wanted: SHA-256 -> size of every content that the history names; odd: files that git-lfs may
    read as pointers though they are not spelled as such; pinned: how many pointers name their store
    again, as they did before they went to Git LFS"""

    def __init__(self) -> None:
        self.wanted: dict[str, int] = {}
        self.odd: set[bytes] = set()
        self.pinned = 0
        self._odd: set[str] = set()
        self._known: dict[tuple[str, str], str] = {}

    def attributes(self, folder: bytes, data: bytes | None) -> bytes | None:
        return None if data is None else attribute_text.swapped(data, _TO_OURS)

    def blob(self, contents: Contents, file: File) -> str:
        if file.before != LFS:
            return file.oid
        key = (file.oid, file.was)
        if key not in self._known:
            self._known[key] = self._converted(contents, file)
        if file.oid in self._odd:
            self.odd.add(file.path)
        return self._known[key]

    def counts(self) -> dict[str, int]:
        changed = {old for (old, _), new in self._known.items() if new != old}
        return {"contents": len(changed), "restored": self.pinned}

    def _converted(self, contents: Contents, file: File) -> str:
        if contents.size(file.oid) > lfs.LONGEST:
            return file.oid
        data = contents.data(file.oid)
        found = lfs.parse(data)
        if found is None:
            if pointer.parse(data):
                raise UsageError(
                    f"{os.fsdecode(file.path)} is a pointer of ours where Git LFS is the filter",
                    hint="the way back could not tell it apart; take it out of the history first",
                )
            if lfs.is_odd(data):
                self._odd.add(file.oid)
            return file.oid
        self.wanted[found.oid] = found.size
        before = _pointer(contents, file.was)
        if before and before.pinned and (before.oid, before.size) == found:
            self.pinned += 1
            return file.was
        return contents.write("blob", pointer.text(Pointer(found.oid, found.size)))


def _pointer(contents: Contents, oid: str) -> Pointer | None:
    """What a blob, if there is one, spells."""
    if not oid or contents.size(oid) > pointer.LONGEST:
        return None
    return pointer.parse(contents.data(oid))


class ToLfs:
    """wanted: as above; pinned: how many pointers say more than Git LFS can"""

    def __init__(self) -> None:
        self.wanted: dict[str, int] = {}
        self.pinned = 0
        self._known: dict[str, str] = {}

    def attributes(self, folder: bytes, data: bytes | None) -> bytes | None:
        return None if data is None else attribute_text.swapped(data, _TO_LFS)

    def blob(self, contents: Contents, file: File) -> str:
        if file.before != OURS:
            return file.oid
        if file.oid not in self._known:
            self._known[file.oid] = self._converted(contents, file.oid)
        return self._known[file.oid]

    def counts(self) -> dict[str, int]:
        return {
            "contents": sum(new != old for old, new in self._known.items()),
            "pinned": self.pinned,
        }

    def _converted(self, contents: Contents, oid: str) -> str:
        if contents.size(oid) > pointer.LONGEST:
            return oid
        found = pointer.parse(contents.data(oid))
        if found is None:
            return oid
        self.wanted[found.oid] = found.size
        self.pinned += found.pinned
        return contents.write("blob", lfs.text(LfsPointer(found.oid, found.size)))

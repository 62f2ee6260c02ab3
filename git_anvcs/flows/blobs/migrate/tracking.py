"""Files of Git's own become pointers through the whole history, and pointers files again.

What decides is what `.gitattributes` says when the new lines are in it, so that no commit has a
tracked file that is no pointer: Git would show it as changed for ever.
"""

from collections.abc import Sequence

from git_anvcs.blobs import lfs, pointer
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs.migrate import attribute_text
from git_anvcs.flows.blobs.migrate.contents import Contents
from git_anvcs.flows.blobs.migrate.conversion import LFS, OURS, File
from git_anvcs.kernel.errors import UsageError


class Import:
    """patterns: as lines of the root's .gitattributes begin; size: bytes that became pointers"""

    def __init__(self, cache: Cache, patterns: Sequence[bytes]) -> None:
        self._cache = cache
        self._patterns = patterns
        self._known: dict[str, str] = {}
        self.size = 0

    def attributes(self, folder: bytes, data: bytes | None) -> bytes | None:
        return data if folder else attribute_text.tracked(data, self._patterns)

    def blob(self, contents: Contents, file: File) -> str:
        if file.after != OURS:
            return file.oid
        if file.oid not in self._known:
            self._known[file.oid] = self._converted(contents, file)
        return self._known[file.oid]

    def counts(self) -> dict[str, int]:
        changed = sum(new != old for old, new in self._known.items())
        return {"contents": changed, "bytes": self.size}

    def _converted(self, contents: Contents, file: File) -> str:
        size = contents.size(file.oid)
        if size == 0:
            return file.oid
        if size <= pointer.LONGEST:
            data = contents.data(file.oid)
            if file.before == LFS and (lfs.parse(data) or lfs.is_odd(data)):
                raise UsageError(
                    f"{file.path.decode(errors='surrogateescape')} is a pointer of Git LFS",
                    hint="git-ai-blob migrate from-lfs takes these over, with what they stand for",
                )
            if pointer.parse(data):
                return file.oid
        self.size += size
        if contents.dry:
            return contents.write("blob", b"a pointer for " + file.oid.encode())
        with self._cache.draft() as draft:
            for piece in contents.pieces(file.oid):
                draft.write(piece)
            oid, _ = draft.keep()
        return contents.write("blob", pointer.text(Pointer(oid, size)))


class Export:
    """patterns: as above, none for all; missing: contents that are not in the cache -> size"""

    def __init__(self, cache: Cache, patterns: Sequence[bytes]) -> None:
        self._cache = cache
        self._patterns = patterns
        self._known: dict[str, str] = {}
        self.missing: dict[str, int] = {}
        self.size = 0

    def attributes(self, folder: bytes, data: bytes | None) -> bytes | None:
        if not self._patterns:
            return attribute_text.without_ours(data)
        return attribute_text.untracked(data, self._patterns, at_root=not folder)

    def blob(self, contents: Contents, file: File) -> str:
        if file.before != OURS or file.after == OURS:
            return file.oid
        if file.oid not in self._known:
            self._known[file.oid] = self._converted(contents, file.oid)
        return self._known[file.oid]

    def counts(self) -> dict[str, int]:
        changed = sum(new != old for old, new in self._known.items())
        return {"contents": changed, "bytes": self.size}

    def _converted(self, contents: Contents, oid: str) -> str:
        if contents.size(oid) > pointer.LONGEST:
            return oid
        found = pointer.parse(contents.data(oid))
        if found is None:
            return oid
        if not self._cache.has(found.oid, found.size) or not (
            contents.dry or self._cache.whole(found.oid)
        ):
            self.missing[found.oid] = found.size
            return oid
        self.size += found.size
        return contents.write_file(self._cache.place(found.oid))

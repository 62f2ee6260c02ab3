"""One run of the filter in one repository: its cache, its ledger, and what to tell at the end.

The ledger is opened only when there is something to ask or to write; when it cannot be used, the
filter goes on without it, because Git waits.
"""

import os

from git_anvcs.blobs.contents import Contents
from git_anvcs.blobs.pointer import Pointer, parse, text, with_plain_ends
from git_anvcs.git.locate import Names
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.records import NamedTuple
from git_anvcs.store.paths import LISTS, BlobNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.blobs.ledger import Ledger
    from git_anvcs.flows.blobs.indexed import Indexed

_NAMED = 5  # files named in a message
# How long a count of a file is believed that nobody wrote to (docs/decisions/0006): what rots on a
# disk that says nothing of it is found in that time, or by fsck.
TRUSTED_SECONDS = 7 * 86400


class Found(NamedTuple):
    """A pointer as it was spelt for a path of this worktree."""

    pointer: Pointer
    text: bytes
    path: str


class FilterRun:
    """What one run knows. Close it with `end`, which returns what a person should hear."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._paths = BlobNames(names.common_dir)
        self.cache = Contents(self._paths.blobs)
        linked = names.git_dir != names.common_dir
        self.worktree = os.path.basename(names.git_dir) if linked else ""
        self.missing: dict[str, Pointer] = {}
        self.problems: list[str] = []
        self._seen: dict[tuple[str, str], Found] = {}
        self._given: dict[tuple[str, str], Found] = {}
        self._ledger: Ledger | None = None
        self._no_ledger = False
        self._index: Indexed | None = None

    def pointer_for(self, pointer: Pointer, path: str) -> bytes:
        """How the content of a file is spelt at this path: as before, where it was pinned.

        The ledger is asked each time: one run outlives the hook that pins what git commit is
        about to commit, and must neither answer as before it nor write that back.
        """
        known = self._seen.get((pointer.oid, path))
        said = known.text if known else self._as_before(pointer, path)
        spelt = said or text(pointer)
        self._given[pointer.oid, path] = Found(pointer, spelt, path)
        return spelt

    def as_in_git(self, data: bytes, path: str, blob: str = "") -> bytes:
        """A pointer as Git has it, where Git changed its line ends on the way to us."""
        if with_plain_ends(data) == data:
            return data
        from git_anvcs.flows.blobs import line_ends

        return line_ends.as_in_git(self.names.place(), path, data, blob)

    def saw(self, pointer: Pointer, spelt: bytes, path: str) -> None:
        """Remember that this path came from this pointer."""
        self._seen[pointer.oid, path] = Found(pointer, spelt, path)

    def has(self, pointer: Pointer) -> bool:
        """Whether the content is here, or can be had from a clone that we borrow objects from."""
        return self.cache.has(pointer.oid, pointer.size) or self.borrows(pointer)

    def borrows(self, pointer: Pointer) -> bool:
        """Whether it came from a clone that we borrow objects from."""
        if not os.path.exists(f"{self.names.common_dir}/objects/info/alternates"):
            return False
        from git_anvcs.flows.blobs import lent

        return lent.borrow(self.names.common_dir, self.cache, pointer)

    def was_counted(self, oid: str) -> bool:
        """Whether the cache's file was counted here lately and nobody has touched it since."""
        from git_anvcs.kernel.clock import now

        second = int(now())
        try:
            ledger = self._open()
            known = ledger.was_counted(oid, second - TRUSTED_SECONDS, second) if ledger else None
        except AnvcsError as error:
            self._cannot_use(error)
            return False
        return known is not None and self.cache.is_still(oid, known)

    def lacks(self, pointer: Pointer, path: str) -> None:
        """The content of this path is not to be had: its pointer stays."""
        self.missing[path] = pointer

    @property
    def read_only(self) -> bool:
        """Whether Git cannot write here either, so that nothing can be lost by not keeping it."""
        return not os.access(self.names.git_dir, os.W_OK)

    def end(self) -> list[str]:
        """Make what was done last, and close; sentences for standard error."""
        for step in (self._sync, self._write, self._close):
            try:
                step()
            except AnvcsError as error:
                if not self.read_only:
                    self.problems.append(error.message)
        said = [*self.problems]
        if self.missing:
            said.append(_about(self.missing))
        return said + self._unwritten()

    def _unwritten(self) -> list[str]:
        """What a filter that was killed before has left."""
        try:
            if not any(name.startswith(LISTS) for name in os.listdir(self.names.git_dir)):
                return []
        except OSError:
            return []
        from git_anvcs.flows.blobs import unwritten

        return unwritten.said(unwritten.left(self.names))

    def _sync(self) -> None:
        if not self.cache.is_synced:
            self.cache.sync()
            self.cache.sweep()

    def _as_before(self, pointer: Pointer, path: str) -> bytes | None:
        try:
            ledger = self._open()
            spelt = ledger.pointer_at(pointer.oid, path, self.worktree) if ledger else None
            if not spelt and pointer.oid in self.cache.met_again:
                spelt = self._in_index(pointer, path)
            if not spelt and ledger:
                spelt = ledger.pointer_of(pointer.oid, path, self.worktree)
        except AnvcsError as error:
            self._cannot_use(error)
            return self._as_before(pointer, path)  # as the index has it: without the ledger
        return spelt if _is_of(pointer, spelt) else None

    def _in_index(self, pointer: Pointer, path: str) -> bytes | None:
        """As Git has it, where the ledger was not told: it is new, or a filter was killed."""
        if self._index is None:
            from git_anvcs.flows.blobs.indexed import Indexed

            self._index = Indexed(self.names)
        spelt = self._index.small_blob(path)
        return spelt if _is_of(pointer, spelt) else None

    def _cannot_use(self, error: AnvcsError) -> None:
        self._close()
        self._ledger, self._no_ledger = None, True
        if not self.read_only:
            self.problems.append(error.message)

    def _open(self, *, make: bool = False) -> "Ledger | None":
        if self._ledger is None and not self._no_ledger and (make or self._has_ledger()):
            from git_anvcs.blobs.ledger import Ledger

            self._ledger = Ledger(self._paths)
        return self._ledger

    def _has_ledger(self) -> bool:
        return os.path.exists(self._paths.ledger)

    def _write(self) -> None:
        counted = self.cache.counted
        if not (self._seen or self._given or self.missing or counted):
            return
        ledger = self._open(make=True)
        if ledger is None:
            return
        from git_anvcs.blobs.ledger import Job, Seen
        from git_anvcs.kernel.clock import now

        for found, only_new in ((self._seen, False), (self._given, True)):
            rows = (Seen(one.pointer.oid, one.path, one.text, self.worktree)
                    for one in found.values())  # fmt: skip
            if found:
                ledger.remember(rows, only_new=only_new)
        at = int(now())
        if counted:
            ledger.remember_counted(counted, at)
        if self.missing:
            wanted = {one.oid: one.size for one in self.missing.values()}
            ledger.ask(Job("fetch", oid, size=size, seconds=at) for oid, size in wanted.items())

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()


def _is_of(pointer: Pointer, spelt: bytes | None) -> bool:
    found = parse(spelt) if spelt else None
    return found is not None and found.unpinned() == pointer


def _about(missing: dict[str, Pointer]) -> str:
    from git_anvcs.kernel.terminal import quoted

    paths = [quoted(path) for path in sorted(missing)]
    names = ", ".join(paths[:_NAMED]) + (", …" if len(paths) > _NAMED else "")
    if len(paths) == 1:
        return f"{names} stays a pointer: its content is not here (`git ai-blob status`)"
    return (
        f"{len(paths)} files stay pointers, their contents are not here: {names}"
        " (`git ai-blob status`)"
    )

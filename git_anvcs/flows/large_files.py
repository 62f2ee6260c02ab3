"""Story: the record of a commit names its large files, each in the version that its store has.

What no store has confirmed when the record is made stands in it without a version; the ledger
remembers that this record waits, and flows/blobs/recorded gives it a new revision later.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.ledger import Ledger
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.flows import context
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.settings import Settings
from git_anvcs.provenance import artifacts, making
from git_anvcs.provenance.artifacts import Place
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.subject import Facts
from git_anvcs.store.paths import Paths

_FROM_SETTINGS = ("bucket", "region", "prefix")


def with_large_files(
    repo: Repo, made: Mapping[str, Record], facts: Mapping[str, Facts]
) -> dict[str, Record]:
    """These records, by commit, with the large files that their commits add or change.

    Raises CannotWrite and Damaged of the ledger.
    """
    changed = {commit: facts[commit].changed for commit in made}
    blobs = {after for paths in changed.values() for _, after in paths.values() if after.strip("0")}
    known = _pointers(repo, blobs)
    with known_here(repo) as here:
        return {
            commit: _with(here, commit, record, changed[commit], known)
            for commit, record in made.items()
        }


class Known:
    """Where contents are, as far as this clone knows without asking a store.

    noted: the pins that notes have of a content, the newest first
    """

    def __init__(
        self,
        ledger: Ledger,
        in_force: Settings | None,
        noted: Callable[[Pointer], Iterable[Pointer]] = lambda _: (),
    ) -> None:
        self._ledger = ledger
        self._noted = noted
        self._primary = self._at = ""
        self._words = dict.fromkeys(_FROM_SETTINGS, "")
        if in_force is not None:
            mode = in_force.text("storage.mode")
            self._primary = "local" if mode == "local" else in_force.text("storage.primary")
            self._words = {word: in_force.text(f"adapters.s3.{word}") for word in _FROM_SETTINGS}
            self._at = context.place_of(in_force, self._primary)

    def place(self, pointer: Pointer) -> Place | None:
        """The pointer's own version, else the one that the primary store has confirmed.

        One of this machine alone counts only where nothing else is set up.
        """
        of_others = pointer.storage != "local" or self._primary == "local"
        if (pointer.version_id or pointer.cid) and of_others:
            return self._place(pointer)
        return self.known(pointer.oid, pointer.size)

    def known(self, oid: str, size: int) -> Place | None:
        """The version that the primary store has confirmed to this clone, or that notes tell."""
        for copy in self._ledger.copies(oid):
            there = copy.verified and (copy.storage, copy.place) == (self._primary, self._at)
            if there and copy.version_id:
                return self._place(Pointer(oid, 1, copy.storage, copy.key, copy.version_id))
        for pin in self._noted(Pointer(oid, size)):
            if pin.storage == self._primary and (pin.version_id or pin.cid):
                return self._place(pin)
        return None

    def sought(self, item: Any) -> Any:
        """An entry without a version, with the one that the primary store has, if it has one."""
        place = self.known(item["sha256"], item["size"]) if waits(item) else None
        return artifacts.placed(item, place) if place else item

    def expect(self, oids: Sequence[str], commit: str) -> None:
        """The record of that commit wants to hear where these contents are; one transaction."""
        if oids:
            self._ledger.expect([(oid, commit) for oid in oids])

    def _place(self, pointer: Pointer) -> Place:
        key = pointer.key or key_of(pointer.oid)
        version = pointer.version_id or pointer.cid
        if pointer.storage != "s3":
            return Place(pointer.storage, key, pointer.cid or version)
        prefix = self._words["prefix"].strip("/")
        whole = f"{prefix}/{key}" if prefix else key
        return Place("s3", whole, version, self._words["bucket"], self._words["region"])


def waits(item: Any) -> bool:
    """Whether an entry is of a large file, or of one kept as such, and has no version yet."""
    return (
        isinstance(item, Mapping)
        and isinstance(item.get("sha256"), str)
        and item.get("storage") in ("git", "local")
        and isinstance(item.get("path"), str)
        and isinstance(item.get("size"), int)
        and item["size"] > 0
        and not artifacts.is_placed(item)
    )


def oid_of(item: Any) -> str:
    """The SHA-256 of an entry that waits."""
    return str(item["sha256"])


def _pointers(repo: Repo, blobs: Iterable[str]) -> dict[str, Pointer]:
    """The pointers among these blobs; only blobs as small as a pointer are read."""
    asked = list(blobs)
    sizes = objects.blob_sizes(repo, asked) if asked else {}
    small = [blob for blob in asked if 0 < sizes.get(blob, 0) <= pointers.LONGEST]
    read = zip(small, objects.read(repo, small, env=objects.NO_FETCH), strict=True)
    parsed = {blob: pointers.parse(one.data) for blob, one in read if one is not None}
    return {blob: pointer for blob, pointer in parsed.items() if pointer is not None}


@contextmanager
def known_here(repo: Repo) -> Iterator[Known]:
    """What is known here. Settings that cannot be read cost the versions, never the record."""
    with Ledger(Paths(repo.common_dir)) as ledger:
        yield Known(ledger, context.in_force(repo))


def _with(
    here: Known,
    commit: str,
    record: Record,
    changed: Mapping[str, tuple[str, str]],
    known: Mapping[str, Pointer],
) -> Record:
    """One record with what its commit changes, and with places of what was told by hand."""
    found = []
    for path, (_, after) in changed.items():
        if pointer := known.get(after):
            entry = artifacts.in_git(path, pointer.oid, pointer.size)
            place = here.place(pointer)
            found.append(artifacts.placed(entry, place) if place else entry)
    gone = [path for path, (_, after) in changed.items() if not after.strip("0")]
    stored = list(record.items("artifacts"))
    entries = [here.sought(item) for item in artifacts.joined(stored, found, gone)]
    here.expect([oid_of(item) for item in entries if waits(item)], commit)
    if entries == stored:
        return record
    return making.finished({**record.value, "artifacts": entries})

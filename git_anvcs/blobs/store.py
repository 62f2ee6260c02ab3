"""What a store of blobs can do: the Protocol that `blobs/stores/` implements, one module each."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from git_anvcs.blobs.begun import Begun


class Held(NamedTuple):
    """One version of one key, as its store has it."""

    key: str
    version_id: str  # opaque; empty where the store keeps no versions
    sha256: str  # of the plain bytes, as counted here
    size: int
    etag: str = ""
    cid: str = ""
    was_there: bool = False  # nothing was sent: the store said that it has it


class BlobStore(Protocol):
    """A place that keeps versions of blobs.

    Every method raises Unreachable, Refused and, where it names what to read, BlobMissing
    (blobs/errors.py).
    """

    alias: str

    def upload(self, local_path: Path, key: str) -> Held:
        """Keep the file under `key`; the same bytes twice need not make two versions."""

    def download(
        self, key: str, version_id: str, dest_path: Path, begun: "Begun | None" = None
    ) -> None:
        """Write that version (empty: the newest) to `dest_path`, whole or not at all.

        begun: what came of the same bytes before is not asked for again; what comes now is kept
            there when it breaks off. Its lock is held, see blobs/begun.
        Where the key names a SHA-256, or begun does, it was compared; raises WrongContent.
        """

    def exists(self, key: str, version_id: str | None = None) -> bool:
        """Whether that version (None: any) can be had."""

    def delete_version(self, key: str, version_id: str) -> None:
        """Remove one version for good."""


@runtime_checkable
class Looked(Protocol):
    """A store that can tell how a version stands without sending it."""

    def faults(
        self, key: str, version_id: str, size: int, *, found_by_key: bool = True
    ) -> list[str]:
        """What is not as it was sent, in words for a person; none when all is well.

        The key names the SHA-256. found_by_key: ask also whether the key alone leads to it
        Raises BlobMissing when the version is gone.
        """


@runtime_checkable
class Confirming(Protocol):
    """A store that can tell by a sum of the bytes that it has a content at this moment."""

    def confirms(self, local_path: Path, key: str, version_id: str) -> bool:
        """Whether it told so of that version (empty: the newest); False: it keeps no sum.

        local_path: the content as it is here; the key names its SHA-256
        Raises BlobMissing, and WrongContent where the sum is of other bytes.
        """


class Wanted(NamedTuple):
    """What a Lane is asked for. version_id: empty for the newest; size: that it must have"""

    key: str
    version_id: str
    size: int


class Lane(Protocol):
    """Many small contents on their way at once; all methods are called from one thread."""

    def __len__(self) -> int:
        """How many answers are still to come."""

    def ask(self, wanted: Wanted) -> None:
        """Begin; there will be one answer."""

    def answers(self, seconds: float) -> list[tuple[Wanted, bytes | None]]:
        """What has come, waited for at most so long, with nothing counted yet.

        None for what did not come as it should: `download` says why.
        """

    def close(self) -> None:
        """Let go of everything."""


@runtime_checkable
class Laned(Protocol):
    """A store that sends many small contents sooner in a lane than one by one."""

    def lane(self) -> Lane | None:
        """None: not as things are here. Raises Unreachable, Refused."""


def key_of(oid: str) -> str:
    """The key of a content; a store puts its own prefix before it."""
    return f"sha256/{oid[:2]}/{oid[2:4]}/{oid}"


def oid_in(key: str) -> str | None:
    """The SHA-256 that a key of `key_of` names, behind any prefix; None for other keys."""
    oid = key.rpartition("/")[2]
    return oid if len(oid) == 64 and key.endswith(key_of(oid)) else None

"""What a look at a store has found, and the look that every store can be given."""

from collections.abc import Iterator
import os
from pathlib import Path
from typing import Literal, NamedTuple

from git_anvcs.blobs.store import BlobStore
from git_anvcs.kernel.errors import AnvcsError

Status = Literal["good", "weak", "bad"]


class Finding(NamedTuple):
    """weak: it works, but something the server could do for safety or speed it does not"""

    check: str
    status: Status
    said: str
    hint: str = ""


def of_error(check: str, error: AnvcsError) -> Finding:
    """What an error tells."""
    return Finding(check, "bad", error.message, error.hint)


def round_trip(store: BlobStore) -> Iterator[Finding]:
    """Keep two versions under one key, read the older one, delete both.

    What is found before something is not as it should be; then AnvcsError.
    """
    import tempfile

    key = f"anvcs-probe/{os.urandom(8).hex()}"
    with tempfile.TemporaryDirectory(prefix="anvcs-probe-") as name:
        file, back = Path(name) / "file", Path(name) / "back"
        held = []
        try:
            for data in (b"old", b"new"):
                file.write_bytes(data)
                held.append(store.upload(file, key))
            yield Finding("write", "good", "takes what it is sent")
            yield _versions(store, key, [one.version_id for one in held], back)
        finally:
            left = [one.version_id for one in held if not _is_gone(store, key, one.version_id)]
        if left:
            hint = f"delete {key} by hand; nothing else of ours deletes there"
            yield Finding("delete", "weak", "keeps versions that were deleted", hint)
        else:
            yield Finding("delete", "good", "deletes one version, and that alone")


def _versions(store: BlobStore, key: str, ids: list[str], back: Path) -> Finding:
    if not all(ids) or ids[0] == ids[1]:
        return Finding(
            "versions",
            "bad",
            "keeps no versions: what is written over is lost",
            "switch versioning on for the bucket",
        )
    store.download(key, ids[0], back)
    if back.read_bytes() != b"old":
        return Finding("versions", "bad", "gives other bytes than those of the version asked for")
    return Finding("versions", "good", "an older version comes back as it was")


def _is_gone(store: BlobStore, key: str, version_id: str) -> bool:
    try:
        store.delete_version(key, version_id)
        return not store.exists(key, version_id)
    except AnvcsError:
        return False

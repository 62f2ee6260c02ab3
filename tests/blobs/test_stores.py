"""What every store promises, each asked in the same words: the Protocol of blobs/store.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from git_anvcs.blobs.begun import Begun, listed
from git_anvcs.blobs.coming import Coming, watched
from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.kubo import Node, ask
from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.store import BlobStore, Held, key_of
from git_anvcs.blobs.stores import ipfs, local, nfs
from git_anvcs.blobs.stores.s3 import S3Store
from tests.support.servers.seaweed import Seaweed

CONTENTS = (b"one", b"\0" * 1023, bytes(range(256)) * 1001)


class Kept(NamedTuple):
    """A store; plant: puts bytes under a key behind its back and gives their version."""

    store: BlobStore
    plant: Callable[[str, bytes], str]


def in_folder(kind: str, root: Path) -> Kept:
    root.mkdir()
    if kind == "nfs":
        (root / "anvcs-blobs").touch()

    def plant(key: str, data: bytes) -> str:
        place = root / "blobs" / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(data)
        return place.name

    return Kept(local.store(root) if kind == "local" else nfs.store(root), plant)


class Collecting(ipfs.IpfsStore):
    """Its node collects garbage when something is unpinned, and not some day."""

    def delete_version(self, key: str, version_id: str) -> None:
        super().delete_version(key, version_id)
        ask(self._node, "repo/gc")


def in_node(api: str, tmp_path: Path) -> Kept:
    store = Collecting("ipfs", Node(api), tmp_path.name)

    def plant(_key: str, data: bytes) -> str:
        return store.upload(file_of(tmp_path, data), "planted").version_id

    return Kept(store, plant)


def in_bucket(server: Seaweed, prefix: str, *, direct: bool) -> Kept:
    """In a part of its own of the bucket, which costs less than a bucket of its own."""
    bucket = Bucket("versioned", endpoint_url=server.url, prefix=prefix, profile="tests")

    def plant(key: str, data: bytes) -> str:
        words = {"Bucket": "versioned", "Key": f"{prefix}/{key}", "Body": data}
        return str(server.client.put_object(**words)["VersionId"])

    return Kept(S3Store(bucket, direct=direct), plant)


@pytest.fixture(params=["local", "nfs", "s3", "s3 by boto3", "ipfs"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    match request.param:
        case "ipfs":
            return in_node(request.getfixturevalue("ipfs_node").api, tmp_path)
        case "s3" | "s3 by boto3":
            request.getfixturevalue("aws_home")
            server, direct = request.getfixturevalue("seaweed"), request.param == "s3"
            return in_bucket(server, f"{tmp_path.name}/x", direct=direct)
    return in_folder(request.param, tmp_path / "store")


def oid_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def file_of(folder: Path, data: bytes) -> Path:
    path = folder / oid_of(data)[:16]
    path.write_bytes(data)
    return path


def got(store: BlobStore, key: str, version_id: str, folder: Path) -> bytes:
    """What a download gives, in place of a file that was there."""
    dest = folder / "dest"
    dest.write_bytes(b"as it was")
    try:
        store.download(key, version_id, dest)
    except Exception:
        assert dest.read_bytes() == b"as it was"
        raise
    finally:
        assert not [path for path in folder.iterdir() if path.name.endswith(".tmp")]
    return dest.read_bytes()


@pytest.mark.parametrize("data", CONTENTS, ids=len)
def test_a_content_comes_back_byte_for_byte(kept: Kept, tmp_path: Path, data: bytes) -> None:
    key = key_of(oid_of(data))
    held = kept.store.upload(file_of(tmp_path, data), key)
    assert (held.key, held.sha256, held.size) == (key, oid_of(data), len(data))
    assert got(kept.store, key, held.version_id, tmp_path) == data
    assert got(kept.store, key, "", tmp_path) == data
    assert kept.store.exists(key)
    assert kept.store.exists(key, held.version_id)


def test_a_content_that_is_there_gets_no_second_version(kept: Kept, tmp_path: Path) -> None:
    file, key = file_of(tmp_path, b"twice"), key_of(oid_of(b"twice"))
    first = kept.store.upload(file, key)
    assert kept.store.upload(file, key) == first._replace(was_there=True)


def test_every_old_version_comes_back_when_a_key_was_written_over(
    kept: Kept, tmp_path: Path
) -> None:
    key = "models/großes netz.pt"
    held = [kept.store.upload(file_of(tmp_path, data), key) for data in CONTENTS]
    assert len({one.version_id for one in held}) == len(CONTENTS)
    assert got(kept.store, key, "", tmp_path) == CONTENTS[-1]
    kept.store.delete_version(key, held[-1].version_id)
    for one, data in list(zip(held, CONTENTS, strict=True))[:-1]:
        assert got(kept.store, key, one.version_id, tmp_path) == data
        assert kept.store.exists(key, one.version_id)


def test_a_version_that_was_purged_is_missing_and_others_are_not(
    kept: Kept, tmp_path: Path
) -> None:
    key = "models/net.pt"
    gone, stays = (kept.store.upload(file_of(tmp_path, data), key) for data in (b"1", b"2"))
    kept.store.delete_version(key, gone.version_id)
    assert not kept.store.exists(key, gone.version_id)
    with pytest.raises(BlobMissing):
        got(kept.store, key, gone.version_id, tmp_path)
    assert got(kept.store, key, "", tmp_path) == b"2"
    kept.store.delete_version(key, stays.version_id)
    assert not kept.store.exists(key)
    with pytest.raises(BlobMissing):
        got(kept.store, key, "", tmp_path)


@pytest.mark.parametrize("version_id", ["", "f" * 64, "x", "no such version", "a/+=~"])
def test_what_was_never_kept_is_missing(kept: Kept, tmp_path: Path, version_id: str) -> None:
    key = key_of(oid_of(b"never"))
    assert not kept.store.exists(key, version_id or None)
    with pytest.raises(BlobMissing):
        got(kept.store, key, version_id, tmp_path)


def test_a_file_that_is_not_what_its_key_says_is_not_kept(kept: Kept, tmp_path: Path) -> None:
    key = key_of(oid_of(b"promised"))
    with pytest.raises(WrongContent):
        kept.store.upload(file_of(tmp_path, b"another"), key)
    assert not kept.store.exists(key)


def test_bytes_that_changed_in_the_store_never_arrive(kept: Kept, tmp_path: Path) -> None:
    key = key_of(oid_of(b"whole and right"))
    held = kept.store.upload(file_of(tmp_path, b"whole and right"), key)
    for data in (b"whole and wrong", b"whole", b""):
        version = kept.plant(key, data)
        with pytest.raises(WrongContent):
            got(kept.store, key, version, tmp_path)
    assert held.sha256 == oid_of(b"whole and right")


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", "-x", "a\nb", "x" * 1025, "\udc80"],
)
def test_a_key_that_leads_elsewhere_is_refused(kept: Kept, tmp_path: Path, key: str) -> None:
    with pytest.raises(Refused):
        kept.store.upload(file_of(tmp_path, b"x"), key)
    with pytest.raises(Refused):
        got(kept.store, key, "", tmp_path)


def test_many_may_send_the_same_and_other_contents_at_once(kept: Kept, tmp_path: Path) -> None:
    files = [file_of(tmp_path, b"same" if n % 2 else b"content %d" % n) for n in range(12)]
    keys = [key_of(oid_of(file.read_bytes())) for file in files]
    with ThreadPoolExecutor(6) as pool:
        held = list(pool.map(kept.store.upload, files, keys))
    for one, file in zip(held, files, strict=True):
        assert got(kept.store, one.key, one.version_id, tmp_path) == file.read_bytes()


class BreaksOff(Coming):
    """A transfer that ends amid its bytes, as with a connection that is cut."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        super().__init__(1 << 62)

    def __setattr__(self, name: str, value: int) -> None:
        if name == "written" and value > self._behind:
            raise Unreachable("cut")
        super().__setattr__(name, value)


def broken_off(store: BlobStore, held: Held, begun: Begun, dest: Path) -> None:
    """A download of which 2 MiB came, and more than that is not written."""
    with pytest.raises(Unreachable), watched(BreaksOff(5 << 19)):
        store.download(held.key, held.version_id, dest, begun)
    assert not dest.exists()


@pytest.mark.parametrize("named", [True, False], ids=["by content", "by name"])
def test_a_download_goes_on_where_another_broke_off(
    kept: Kept, tmp_path: Path, *, named: bool
) -> None:
    data = os.urandom((4 << 20) + 5)
    oid, dest, drafts = oid_of(data), tmp_path / "dest", tmp_path / "drafts"
    drafts.mkdir()
    held = kept.store.upload(file_of(tmp_path, data), key_of(oid) if named else "a/key")
    begun = Begun(drafts, oid)
    broken_off(kept.store, held, begun, dest)
    (left,) = listed(drafts)
    assert (left.oid, left.draft.read_bytes()) == (oid, data[: left.bytes])
    assert 1 << 20 < left.bytes < 3 << 20
    coming = Coming(len(data))
    with watched(coming):
        kept.store.download(held.key, held.version_id, dest, begun)
    assert begun.went_on
    assert coming.written == len(data)
    assert coming.bytes >= len(data)  # counting what is there is a sign of life, too
    assert dest.read_bytes() == data
    assert list(drafts.iterdir()) == []


def test_bytes_of_another_version_are_not_gone_on_with(kept: Kept, tmp_path: Path) -> None:
    contents = [os.urandom(4 << 20) for _ in range(2)]
    dest, drafts = tmp_path / "dest", tmp_path / "drafts"
    drafts.mkdir()
    old, new = [kept.store.upload(file_of(tmp_path, data), "a/key") for data in contents]
    begun = Begun(drafts, new.sha256)
    broken_off(kept.store, old, begun, dest)
    kept.store.download("a/key", "", dest, begun)
    assert (begun.went_on, dest.read_bytes()) == (False, contents[1])


def test_a_draft_that_was_damaged_goes_and_the_next_download_is_whole(
    kept: Kept, tmp_path: Path
) -> None:
    data = os.urandom(4 << 20)
    dest, drafts = tmp_path / "dest", tmp_path / "drafts"
    drafts.mkdir()
    held = kept.store.upload(file_of(tmp_path, data), key_of(oid_of(data)))
    begun = Begun(drafts, held.sha256)
    broken_off(kept.store, held, begun, dest)
    (left,) = listed(drafts)
    left.draft.write_bytes(bytes(left.bytes))
    with pytest.raises(WrongContent):
        kept.store.download(held.key, held.version_id, dest, begun)
    assert (begun.went_on, list(drafts.iterdir())) == (True, [])
    kept.store.download(held.key, held.version_id, dest, begun)
    assert (begun.went_on, dest.read_bytes()) == (False, data)

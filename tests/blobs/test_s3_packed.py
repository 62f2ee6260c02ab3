"""The store `s3` with contents packed and plain under one key, on a real server."""

from collections.abc import Callable, Iterator
from pathlib import Path
import random
from urllib.request import urlopen

import pytest

from git_anvcs.blobs.errors import Unreachable
from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores.s3 import S3Store
from tests.blobs.test_packing import NOISE, WORDS, frame
from tests.blobs.test_s3 import SMALL, versions
from tests.blobs.test_stores import file_of, got, oid_of
from tests.support.servers import faulty
from tests.support.servers.faulty import Relay, answers
from tests.support.servers.seaweed import Seaweed

KEY = key_of(oid_of(WORDS))
Made = Callable[..., S3Store]

pytestmark = pytest.mark.usefixtures("aws_home")


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


@pytest.fixture
def at(tmp_path: Path) -> Made:
    """A store in a part of the bucket that is this test's own, which packs or does not."""

    def made(url: str, *, packs: bool) -> S3Store:
        bucket = Bucket("versioned", endpoint_url=url, prefix=tmp_path.name, profile="tests")
        bucket = bucket._replace(attempts=1)
        return S3Store(bucket, sizes=SMALL, packs_in=tmp_path / "drafts" if packs else None)

    return made


@pytest.mark.parametrize("first", [True, False], ids=["packed", "plain"])
def test_both_kinds_of_writer_share_a_key_and_a_version(
    seaweed: Seaweed, at: Made, tmp_path: Path, first: bool
) -> None:
    file = file_of(tmp_path, WORDS)
    stores = at(seaweed.url, packs=first), at(seaweed.url, packs=not first)
    held, again = (store.upload(file, KEY) for store in stores)
    assert again == held._replace(was_there=True)
    assert (held.sha256, held.size) == (oid_of(WORDS), len(WORDS))
    assert versions(seaweed, stores[0], KEY) == [held.version_id]
    for store in stores:
        assert got(store, KEY, held.version_id, tmp_path) == WORDS
        assert store.faults(KEY, held.version_id, len(WORDS)) == []
        assert store.encoding(KEY, held.version_id) == ("zstd" if first else "")
    with urlopen(stores[1].presigned(KEY, held.version_id)) as answer:  # noqa: S310 - of this machine
        assert answer.headers["Content-Encoding"] == ("zstd" if first else None)
        assert (len(answer.read()) < len(WORDS)) is first
    assert not list(tmp_path.glob("drafts/*"))


def test_versions_of_both_kinds_come_back(seaweed: Seaweed, at: Made, tmp_path: Path) -> None:
    """Also without what stands beside them, as of a copy that another program made."""
    store = at(seaweed.url, packs=True)
    where = {"Bucket": "versioned", "Key": store.bucket.key(KEY)}
    for data in (WORDS, frame(WORDS), WORDS):
        version = seaweed.client.put_object(**where, Body=data)["VersionId"]
        assert got(store, KEY, version, tmp_path) == WORDS
        assert got(store, KEY, "", tmp_path) == WORDS


def test_a_zstandard_file_is_sent_and_comes_back_as_it_is(
    seaweed: Seaweed, at: Made, tmp_path: Path
) -> None:
    data = frame(NOISE.hex().encode())
    store, key = at(seaweed.url, packs=True), key_of(oid_of(data))
    held = store.upload(file_of(tmp_path, data), key)
    assert store.encoding(key, held.version_id) == ""
    assert got(store, key, held.version_id, tmp_path) == data


def test_what_has_no_name_by_its_content_is_not_packed(
    seaweed: Seaweed, at: Made, tmp_path: Path
) -> None:
    store = at(seaweed.url, packs=True)
    held = store.upload(file_of(tmp_path, WORDS), "models/x")
    assert store.encoding("models/x", held.version_id) == ""
    assert got(store, "models/x", "", tmp_path) == WORDS


def test_a_frame_that_is_not_as_it_was_sent_is_told(
    seaweed: Seaweed, at: Made, tmp_path: Path
) -> None:
    store = at(seaweed.url, packs=True)
    held = store.upload(file_of(tmp_path, WORDS), KEY)
    assert store.faults(KEY, held.version_id, 7) == [f"it holds {len(WORDS)} bytes there"]
    where = {"Bucket": "versioned", "Key": store.bucket.key(KEY)}
    beside = seaweed.client.head_object(**where)["Metadata"]
    other = frame(WORDS)
    version = seaweed.client.put_object(**where, Body=other, Metadata=beside)["VersionId"]
    assert store.faults(KEY, version, len(WORDS)) == [f"its frame has {len(other)} bytes there"]
    assert store.upload(file_of(tmp_path, WORDS), KEY).version_id not in (held.version_id, version)


@pytest.mark.parametrize("before", [True, False], ids=["packed", "plain"])
def test_parts_are_gone_on_with_by_their_own_kind_only(
    seaweed: Seaweed, relay: Relay, at: Made, tmp_path: Path, before: bool
) -> None:
    data = random.Random(3).randbytes(8 << 20).hex().encode()  # its frame has half the size
    file, key = file_of(tmp_path, data), key_of(oid_of(data))
    first, second = (at(relay.url, packs=packs) for packs in (before, not before))
    relay.next("partNumber=2", answers(500, "InternalError"))
    with pytest.raises(Unreachable):
        first.upload(file, key)
    held = second.upload(file, key)
    assert versions(seaweed, first, key) == [held.version_id]
    assert second.faults(key, held.version_id, len(data)) == []
    assert second.encoding(key, held.version_id) == ("" if before else "zstd")
    assert first.upload(file, key) == held._replace(was_there=True)  # the other kind will do
    second.delete_version(key, held.version_id)
    begun = relay.count("POST")
    again = first.upload(file, key)
    assert relay.count("POST") == begun + 1  # ended, and not begun once more
    assert first.faults(key, again.version_id, len(data)) == []
    assert first.encoding(key, again.version_id) == ("zstd" if before else "")
    assert got(second, key, again.version_id, tmp_path) == data

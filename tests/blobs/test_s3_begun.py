"""Downloads from a real server that broke off, and what the server may do about the rest."""

from pathlib import Path
import random

import pytest

from git_anvcs.blobs.begun import Begun, listed
from git_anvcs.blobs.coming import Coming, watched
from git_anvcs.blobs.errors import Archived, Unreachable
from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.store import Held, key_of
from git_anvcs.blobs.stores.s3 import S3Store
from tests.blobs.test_s3 import SMALL, Made, at, both_roads, relay
from tests.blobs.test_stores import broken_off, file_of, oid_of
from tests.support.servers import faulty
from tests.support.servers.faulty import Relay, answers

__all__ = ["at", "relay"]  # fixtures

DATA = random.Random(1).randbytes((13 << 20) + 7)
MIB = 1 << 20

pytestmark = pytest.mark.usefixtures("aws_home")


@pytest.fixture
def begun(tmp_path: Path) -> Begun:
    (tmp_path / "drafts").mkdir()
    return Begun(tmp_path / "drafts", oid_of(DATA))


def kept_at(store: S3Store, folder: Path, begun: Begun) -> Held:
    """Sent, and 2 MiB of it are back, of which the second is asked for again."""
    held = store.upload(file_of(folder, DATA), key_of(oid_of(DATA)))
    broken_off(store, held, begun, folder / "dest")
    return held


def asked(relay: Relay) -> list[str | None]:
    """The ranges of the GETs since the last time."""
    found = [one.headers.get("range") for one in relay.asked if one.method == "GET"]
    relay.asked.clear()
    return found


@both_roads
def test_only_the_rest_is_asked_for(relay: Relay, at: Made, tmp_path: Path, begun: Begun) -> None:
    store = at(relay.url, timeout=30.0)
    held = kept_at(store, tmp_path, begun)
    relay.asked.clear()
    store.download(held.key, held.version_id, tmp_path / "dest", begun)
    assert (tmp_path / "dest").read_bytes() == DATA
    assert asked(relay) == [f"bytes={MIB}-"]


def test_nothing_is_lost_or_counted_while_the_server_is_away(
    relay: Relay, at: Made, tmp_path: Path, begun: Begun
) -> None:
    held = kept_at(at(relay.url, timeout=30.0), tmp_path, begun)
    store, away = at(relay.url), answers(503, "SlowDown")
    before = [one.bytes for one in listed(tmp_path / "drafts")]
    for fault in (("HEAD", away), ("GET", away), ("GET", faulty.cut_off(9))):
        relay.next(*fault)
        coming = Coming(len(DATA))
        with pytest.raises(Unreachable), watched(coming):
            store.download(held.key, held.version_id, tmp_path / "dest", begun)
        assert [one.bytes for one in listed(tmp_path / "drafts")] == before
        assert bool(coming.bytes) == (fault[0] == "GET")
    at(relay.url, timeout=30.0).download(held.key, held.version_id, tmp_path / "dest", begun)
    assert begun.went_on


def test_the_rest_of_a_large_one_comes_in_parts_and_breaks_off_again(
    relay: Relay, at: Made, tmp_path: Path, begun: Begun
) -> None:
    store = at(relay.url, timeout=30.0, sizes=SMALL)
    held = kept_at(at(relay.url, timeout=30.0), tmp_path, begun)
    relay.asked.clear()
    cut = [faulty.passed_on, faulty.passed_on, faulty.cut_off(MIB)]  # parts come side by side
    relay.next("GET", *cut)
    with pytest.raises(Unreachable):
        store.download(held.key, held.version_id, tmp_path / "dest", begun)
    (left,) = listed(tmp_path / "drafts")
    assert left.bytes >= 6 * MIB
    relay.asked.clear()
    store.download(held.key, held.version_id, tmp_path / "dest", begun)
    assert (tmp_path / "dest").read_bytes() == DATA
    first, *others = asked(relay)
    assert first == f"bytes={(left.bytes - 1) // MIB * MIB}-"
    assert None not in others


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_server_that_gives_no_part_gives_the_whole(
    relay: Relay, at: Made, tmp_path: Path, begun: Begun, attempts: int
) -> None:
    def whole(handler: faulty.Handler) -> None:
        answer, _ = handler.forwarded()
        head = {name: answer.headers[name] for name in ("ETag", "x-amz-version-id")}
        handler.reply(200, head, DATA, len(DATA))

    store = at(relay.url, timeout=30.0, attempts=attempts)
    held = kept_at(store, tmp_path, begun)
    relay.next("GET", whole if attempts > 1 else answers(416, "InvalidRange"))
    relay.asked.clear()
    store.download(held.key, held.version_id, tmp_path / "dest", begun)
    assert (tmp_path / "dest").read_bytes() == DATA
    assert asked(relay) == [f"bytes={MIB}-", None]
    assert not begun.went_on


def test_what_nothing_tells_from_other_bytes_is_not_kept(
    relay: Relay, at: Made, tmp_path: Path, begun: Begun
) -> None:
    relay.hidden = ("etag", "x-amz-version-id")
    kept_at(at(relay.url, timeout=30.0), tmp_path, begun)
    assert list(tmp_path.glob("drafts/*")) == []


def test_a_frame_is_gone_on_with_as_a_frame_and_never_with_plain_bytes(
    relay: Relay, tmp_path: Path, begun: Begun
) -> None:
    words = DATA[: 6 * MIB].hex().encode()
    begun.oid = oid_of(words)
    where = Bucket("versioned", endpoint_url=relay.url, prefix=tmp_path.name, profile="tests")
    packs, plain = (S3Store(where, packs_in=folder) for folder in (tmp_path / "p", None))
    held = packs.upload(file_of(tmp_path, words), key_of(begun.oid))
    broken_off(plain, held, begun, tmp_path / "dest")
    plain.download(held.key, held.version_id, tmp_path / "dest", begun)
    assert (begun.went_on, (tmp_path / "dest").read_bytes() == words) == (True, True)
    assert list(tmp_path.glob("drafts/*")) == []
    (tmp_path / "dest").unlink()
    broken_off(plain, held, begun, tmp_path / "dest")
    packs.delete_version(held.key, held.version_id)
    now = plain.upload(file_of(tmp_path, words), held.key)
    plain.download(now.key, "", tmp_path / "dest", begun)
    assert (begun.went_on, (tmp_path / "dest").read_bytes() == words) == (False, True)


@both_roads
def test_what_is_archived_is_away_and_asked_for_once(
    relay: Relay, at: Made, tmp_path: Path
) -> None:
    store = at(relay.url, attempts=3)
    held = store.upload(file_of(tmp_path, b"cold"), key_of(oid_of(b"cold")))
    relay.asked.clear()
    relay.next("GET", *[answers(403, "InvalidObjectState")] * 3)
    with pytest.raises(Archived, match="archived in the store; restore it there first") as told:
        store.download(held.key, held.version_id, tmp_path / "dest")
    assert "restore-object" in told.value.hint
    assert relay.count("GET") == 1
    assert store.exists(held.key, held.version_id)
    assert store.faults(held.key, held.version_id, 4) == []

"""Many small contents in one thread; what is not as it should be is given back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.store import Wanted, key_of
from git_anvcs.blobs.stores.s3 import S3Store
from tests.blobs.test_stores import file_of, oid_of
from tests.support.servers import faulty
from tests.support.servers.faulty import Relay, answers
from tests.support.servers.seaweed import Seaweed

CONTENTS = [bytes([number]) * (1 + 700 * number) for number in range(1, 41)]

pytestmark = pytest.mark.usefixtures("aws_home")


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


@pytest.fixture
def come(seaweed: Seaweed, tmp_path: Path) -> Callable[..., dict[str, bytes | None]]:
    """Everything that is asked for of a store at this address, by its key."""

    def came(url: str, wanted: list[Wanted], **more: str) -> dict[str, bytes | None]:
        bucket = Bucket("versioned", endpoint_url=url, prefix=tmp_path.name, profile="tests",
                        timeout=2.0)._replace(**more)  # fmt: skip
        lane = S3Store(bucket).lane()
        assert lane is not None
        found = {}
        try:
            for one in wanted:
                lane.ask(one)
            while len(lane):
                found.update({one.key: data for one, data in lane.answers(0.02)})
        finally:
            lane.close()
        return found

    return came


Come = Callable[..., dict[str, bytes | None]]


def wanted_of(data: bytes, version: str = "") -> Wanted:
    return Wanted(key_of(oid_of(data)), version, len(data))


def keep(seaweed: Seaweed, tmp_path: Path, contents: list[bytes]) -> list[str]:
    """Their versions."""
    store = S3Store(Bucket("versioned", endpoint_url=seaweed.url, prefix=tmp_path.name,
                           profile="tests"))  # fmt: skip
    return [store.upload(file_of(tmp_path, one), key_of(oid_of(one))).version_id
            for one in contents]  # fmt: skip


def test_many_come_over_a_few_connections(
    seaweed: Seaweed, relay: Relay, come: Come, tmp_path: Path
) -> None:
    versions = keep(seaweed, tmp_path, CONTENTS)
    for pinned in (versions, [""] * len(versions)):
        wanted = list(map(wanted_of, CONTENTS, pinned))
        found = come(relay.url, wanted)
        assert found == {key_of(oid_of(one)): one for one in CONTENTS}
    assert relay.count("GET") == 2 * len(CONTENTS)


def test_what_is_not_as_it_should_be_is_given_back_and_the_others_come(
    seaweed: Seaweed, relay: Relay, come: Come, tmp_path: Path
) -> None:
    keep(seaweed, tmp_path, CONTENTS[:6])
    faults = (answers(503, "SlowDown"), answers(307, Location="http://127.0.0.1:1/"),
              faulty.cut_off(300), faulty.reset)  # fmt: skip
    for fault, data in zip(faults, CONTENTS, strict=False):
        relay.next(oid_of(data), fault)
    wanted = [wanted_of(data) for data in CONTENTS[:6]]
    longer = wanted_of(CONTENTS[4])
    wanted[4] = longer._replace(size=longer.size - 1)  # than its pointer says
    wanted.append(wanted_of(b"never kept"))
    found = come(relay.url, wanted)
    assert list(found.values()).count(None) == 6
    assert found[wanted[5].key] == CONTENTS[5]
    assert len(found) == 7


def test_all_is_given_back_where_no_server_is(come: Come) -> None:
    found = come("http://127.0.0.1:9", [wanted_of(one) for one in CONTENTS])
    assert list(found.values()) == [None] * len(CONTENTS)


def test_they_come_by_tls_from_whom_is_trusted(
    seaweed: Seaweed, come: Come, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(seaweed, tmp_path, CONTENTS[:3])
    wanted = [wanted_of(one) for one in CONTENTS[:3]]
    assert set(come(seaweed.https, wanted).values()) == {None}
    monkeypatch.setenv("AWS_CA_BUNDLE", str(seaweed.certificate))
    assert set(come(seaweed.https, wanted).values()) == set(CONTENTS[:3])

"""GETs of our own: which connections are used, what is signed, and what is left to boto3."""

from collections.abc import Iterator
from pathlib import Path
import socket

import pytest

from git_anvcs.blobs.errors import Refused
from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.s3.signing import address_in, signing
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores.s3 import S3Store
from tests.blobs.test_stores import file_of, got, oid_of
from tests.support.servers import faulty
from tests.support.servers.faulty import Handler, Relay, answers
from tests.support.servers.seaweed import Seaweed

DATA = bytes(range(256)) * 300
KEY = key_of(oid_of(DATA))

pytestmark = pytest.mark.usefixtures("aws_home")


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


@pytest.fixture
def store(relay: Relay, tmp_path: Path) -> S3Store:
    """Has DATA; goes through the relay."""
    bucket = Bucket("versioned", endpoint_url=relay.url, prefix=tmp_path.name, profile="tests",
                    timeout=5.0)  # fmt: skip
    S3Store(bucket).upload(file_of(tmp_path, DATA), KEY)
    relay.asked.clear()
    return S3Store(bucket)


def agents(relay: Relay) -> list[str]:
    """Who asked: ours, or boto3."""
    return [one.headers["user-agent"].partition("/")[0] for one in relay.asked]


def test_one_connection_serves_one_file_after_another(
    relay: Relay, store: S3Store, tmp_path: Path
) -> None:
    peers = set()

    def seen(handler: Handler) -> None:
        peers.add(handler.client_address)
        faulty.passed_on(handler)

    relay.next("GET", *[seen] * 5)
    for _ in range(5):
        assert got(store, KEY, "", tmp_path) == DATA
    assert len(peers) == 1
    assert agents(relay) == ["git-anvcs"] * 5


def test_a_connection_that_the_server_has_ended_is_opened_anew(
    relay: Relay, store: S3Store, tmp_path: Path
) -> None:
    def ended(handler: Handler) -> None:
        faulty.passed_on(handler)
        handler.close_connection = True

    relay.next("GET", ended)
    for _ in range(3):
        assert got(store, KEY, "", tmp_path) == DATA
    assert agents(relay) == ["git-anvcs"] * 3


def test_what_may_pass_is_tried_again_by_boto3(
    relay: Relay, store: S3Store, tmp_path: Path
) -> None:
    for fault in (answers(503, "SlowDown"), answers(403, "RequestTimeTooSkewed")):
        relay.next("GET", fault)
        assert got(store, KEY, "", tmp_path) == DATA
    assert agents(relay) == ["git-anvcs", "Boto3"] * 2


def test_a_token_of_a_session_is_signed_and_sent(
    relay: Relay, store: S3Store, tmp_path: Path
) -> None:
    file = tmp_path / "aws/credentials"
    file.write_text(file.read_text() + "aws_session_token = a token\n")
    relay.next("GET", answers(403, "InvalidToken"))
    with pytest.raises(Refused):
        got(store, KEY, "", tmp_path)
    headers = relay.asked[0].headers
    assert headers["x-amz-security-token"] == "a token"
    assert "x-amz-security-token" in headers["authorization"]


def test_no_address_of_a_cloud_is_connected_to(
    store: S3Store, tmp_path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a name stands for may change between two look-ups."""
    assert got(store, KEY, "", tmp_path) == DATA
    other = S3Store(store.bucket)
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("169.254.169.254", 80))
    before = len(relay.asked)
    with pytest.raises(Refused, match="no store of blobs has"):
        got(other, KEY, "", tmp_path)
    assert len(relay.asked) == before


@pytest.mark.parametrize(
    ("more", "config", "url"),
    [
        ({}, "", "https://BUCKET.s3.eu-west-3.amazonaws.com"),
        ({}, "s3 =\n  use_dualstack_endpoint = true\n",
         "https://BUCKET.s3.dualstack.eu-west-3.amazonaws.com"),
        ({"bucket": "with.dots"}, "", "https://s3.eu-west-3.amazonaws.com/BUCKET"),
        ({"endpoint_url": "https://s3.eu-west-3.amazonaws.com"}, "",
         "https://s3.eu-west-3.amazonaws.com/BUCKET"),
    ],
)  # fmt: skip
def test_where_a_bucket_of_aws_is_says_boto3(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: dict[str, str],
    config: str,
    url: str,
) -> None:
    here = [(0, 0, 0, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
    (tmp_path / "aws/config").write_text(f"[profile tests]\n{config}")
    bucket = Bucket("bucket", region="eu-west-3", profile="tests")._replace(**more)
    found = signing(bucket)
    assert found
    assert found.url == url.replace("BUCKET", bucket.bucket)
    assert "/eu-west-3/s3/aws4_request" in found.headers(f"{found.url}/k")["Authorization"]


def test_who_is_asked_through_a_proxy_or_trusts_a_folder_is_left_to_boto3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket("bucket", endpoint_url="https://127.0.0.1:1", profile="tests")

    def found() -> object:
        return signing(bucket)

    assert found()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert found() is None
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:2")
    assert found() is None
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert found()


def test_who_has_no_credentials_is_left_to_boto3(
    tmp_path: Path,
) -> None:
    (tmp_path / "aws/config").write_text("[profile empty]\nregion = x\n")
    bucket = Bucket("bucket", endpoint_url="http://127.0.0.1:1", profile="empty")
    assert signing(bucket) is None


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS4-HMAC-SHA256 Credential=A/20260101/eu-x/s3express/aws4_request, SignedHeaders=host",
        "AWS4-ECDSA-P256-SHA256 Credential=A/20260101/s3/aws4_request, SignedHeaders=host",
        "",
    ],
)
def test_what_is_signed_in_another_way_is_left_to_boto3(authorization: str) -> None:
    assert address_in("https://b.example/k", authorization) is None

"""The store `s3` on a real server: versions, parts, faults, and who gets which credentials."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any
from urllib.request import urlopen

import pytest

from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.s3.sums import Sizes
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores.s3 import S3Store
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from tests.blobs.test_stores import file_of, got, oid_of
from tests.support.servers import faulty, forward_proxy
from tests.support.servers.faulty import Relay, answers
from tests.support.servers.identity import Issuer
from tests.support.servers.seaweed import ACCESS, SECRET, Seaweed

DATA = bytes(range(256)) * 5000  # more than the buffers on the way hold
KEY = key_of(oid_of(DATA))
EXPIRED = answers(400, "ExpiredToken")
SMALL = Sizes(single=6 << 20, part=5 << 20)  # the smallest parts that S3 takes

pytestmark = pytest.mark.usefixtures("aws_home")


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


@pytest.fixture
def at(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., S3Store]:
    """A store in a part of the bucket that is this test's own."""
    direct = getattr(request, "param", True)

    def made(
        url: str, *, sizes: Sizes | None = None, only_new: bool = False, **more: Any
    ) -> S3Store:
        words = {"endpoint_url": url, "prefix": tmp_path.name, "profile": "tests", "attempts": 1}
        bucket = Bucket("versioned", timeout=1.0)._replace(**{**words, **more})
        return S3Store(bucket, sizes=sizes, only_new=only_new, direct=direct)

    return made


Made = Callable[..., S3Store]
both_roads = pytest.mark.parametrize("at", [True, False], ids=["direct", "boto3"], indirect=True)


def versions(server: Seaweed, store: S3Store, key: str) -> list[str]:
    bucket, whole = store.bucket.bucket, store.bucket.key(key)
    found = server.client.list_object_versions(Bucket=bucket, Prefix=whole)
    return [row["VersionId"] for row in found.get("Versions", ())]


def test_a_bucket_that_keeps_no_versions_names_none_until_it_does(
    seaweed: Seaweed, at: Made, tmp_path: Path
) -> None:
    bucket = seaweed.bucket("sometimes", versioning="")
    store = at(seaweed.url, bucket=bucket)
    file = file_of(tmp_path, DATA)
    assert store.upload(file, KEY).version_id == ""
    seaweed.versioning(bucket, "Enabled")
    pinned = at(seaweed.url, bucket=bucket).upload(file, KEY)
    assert pinned.version_id
    seaweed.versioning(bucket, "Suspended")
    other = at(seaweed.url, bucket=bucket).upload(file_of(tmp_path, b"2"), "models/x")
    assert other.version_id == ""
    assert got(store, "models/x", "", tmp_path) == b"2"
    assert got(store, KEY, pinned.version_id, tmp_path) == DATA


@both_roads
def test_a_version_comes_back_from_behind_a_delete_marker(
    seaweed: Seaweed, at: Made, tmp_path: Path
) -> None:
    store = at(seaweed.url)
    held = store.upload(file_of(tmp_path, DATA), KEY)
    where = {"Bucket": "versioned", "Key": store.bucket.key(KEY)}
    marker = seaweed.client.delete_object(**where)["VersionId"]
    assert not store.exists(KEY)
    assert not store.exists(KEY, marker)
    for version in ("", marker):
        with pytest.raises(BlobMissing):
            got(store, KEY, version, tmp_path)
    assert got(store, KEY, held.version_id, tmp_path) == DATA
    assert store.upload(file_of(tmp_path, DATA), KEY).version_id not in (held.version_id, marker)


def test_one_of_many_makes_the_version_where_the_server_heeds_if_none_match(
    seaweed: Seaweed, at: Made, tmp_path: Path
) -> None:
    if seaweed.kind == "ceph":
        pytest.skip("Ceph 16 heeds none")
    store, file = at(seaweed.url, only_new=True, timeout=30.0), file_of(tmp_path, DATA)
    with ThreadPoolExecutor(6) as pool:
        held = list(pool.map(lambda _: store.upload(file, KEY), range(6)))
    assert versions(seaweed, store, KEY) == [held[0].version_id]
    assert len({one._replace(was_there=True) for one in held}) == 1
    assert [one.was_there for one in held].count(False) == 1
    assert store.confirms(file, KEY, held[0].version_id)
    file.write_bytes(DATA.upper())
    with pytest.raises(WrongContent):
        store.confirms(file, KEY, held[0].version_id)


def test_a_large_file_goes_on_where_it_broke_off(
    seaweed: Seaweed, relay: Relay, at: Made, tmp_path: Path
) -> None:
    data = os.urandom(16 << 20)
    file, key = file_of(tmp_path, data), key_of(oid_of(data))
    store = at(relay.url, sizes=SMALL, timeout=30.0)
    relay.next("partNumber=3", answers(500, "InternalError"))
    with pytest.raises(Unreachable):
        store.upload(file, key)
    sent = relay.count("partNumber=")
    held = store.upload(file, key)
    assert relay.count("partNumber=") - sent <= 2  # the third, and one that was given up beside it
    assert relay.count("POST") == 2  # begun once, ended once
    assert versions(seaweed, store, key) == [held.version_id]
    assert got(store, key, held.version_id, tmp_path) == data
    again = store.upload(file, key)
    if seaweed.kind == "ceph":  # tells no ETag of what came in parts, until it is asked
        held = held._replace(etag=again.etag)
    there = held._replace(was_there=True)
    assert (held.was_there, again) == (False, there)
    whole = S3Store(store.bucket._replace(endpoint_url=seaweed.url), sizes=SMALL)
    assert whole.upload(file, key) == there


@pytest.fixture
def as_writer(
    seaweed: Seaweed, at: Made, issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Made:
    """A store with credentials that a token service gives for who we are."""
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", seaweed.url)
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::role/writer")
    (tmp_path / "token").write_text(issuer.token())
    return partial(at, profile="", ambient=True, sizes=SMALL, timeout=30.0)


def test_credentials_that_run_out_amid_the_parts_are_renewed(
    seaweed: Seaweed, relay: Relay, at: Made, as_writer: Made, tmp_path: Path
) -> None:
    data = os.urandom(16 << 20)
    file, key = file_of(tmp_path, data), key_of(oid_of(data))
    relay.next("partNumber=3", EXPIRED)
    held = as_writer(relay.url).upload(file, key)
    tokens = {a.headers["x-amz-security-token"] for a in relay.asked if "partNumber" in a.target}
    assert len(tokens) == 2  # new ones, by the same word for who we are
    assert relay.count("partNumber=") <= 4 + 2  # the third, and one that was on its way beside it
    assert versions(seaweed, at(seaweed.url), key) == [held.version_id]
    relay.next("GET /versioned", faulty.passed_on, EXPIRED)
    assert got(as_writer(relay.url), key, held.version_id, tmp_path) == data


def test_credentials_that_cannot_be_renewed_are_asked_for_and_the_rest_follows(
    relay: Relay, as_writer: Made, tmp_path: Path
) -> None:
    data = os.urandom(16 << 20)
    file, key = file_of(tmp_path, data), key_of(oid_of(data))
    store = as_writer(relay.url)
    relay.next("partNumber=4", EXPIRED, EXPIRED)
    with pytest.raises(Refused) as told:
        store.upload(file, key)
    assert "log in again" in told.value.hint
    sent = relay.count("partNumber=")
    held = store.upload(file, key)
    assert relay.count("partNumber=") - sent == 1
    relay.next("GET /versioned", faulty.passed_on, *[EXPIRED] * 8)
    with pytest.raises(Refused, match="ExpiredToken"):
        got(store, key, held.version_id, tmp_path)
    relay.well()
    assert got(store, key, held.version_id, tmp_path) == data


def test_parts_of_a_file_that_others_may_overwrite_are_taken_back(
    seaweed: Seaweed, relay: Relay, at: Made, tmp_path: Path
) -> None:
    file = file_of(tmp_path, os.urandom(7 << 20))
    store = at(relay.url, sizes=SMALL, timeout=30.0)
    relay.next("partNumber=2", answers(403, "AccessDenied"))
    with pytest.raises(Refused):
        store.upload(file, "models/x")
    open_ones = seaweed.client.list_multipart_uploads(Bucket="versioned", Prefix=tmp_path.name)
    assert not open_ones.get("Uploads")


def test_parts_that_nobody_went_on_with_are_taken_back_after_a_week(
    seaweed: Seaweed, at: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = at(seaweed.url, sizes=SMALL, timeout=30.0)
    where = {"Bucket": "versioned", "Key": store.bucket.key(KEY)}
    listed = {"Bucket": "versioned", "Prefix": tmp_path.name}
    seaweed.client.create_multipart_upload(**where)
    assert store.abort_stale() == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 8 * 86400)
    store.upload(file_of(tmp_path, os.urandom(7 << 20)), "models/x")
    assert "Uploads" not in seaweed.client.list_multipart_uploads(**listed)
    seaweed.client.create_multipart_upload(**where)
    assert store.abort_stale() == 1


def test_a_server_that_keeps_no_checksums_gets_no_second_version(
    relay: Relay, at: Made, tmp_path: Path
) -> None:
    relay.hidden = ("x-amz-checksum-sha256",)
    store, file = at(relay.url), file_of(tmp_path, DATA)
    held = store.upload(file, KEY)
    assert not store.confirms(file, KEY, held.version_id)
    assert store.upload(file, KEY) == held._replace(was_there=True)
    assert relay.count("PUT") == 1


def test_who_may_write_but_not_look_can_send(relay: Relay, at: Made, tmp_path: Path) -> None:
    store, file = at(relay.url), file_of(tmp_path, DATA)
    relay.next("HEAD", answers(403))
    held = store.upload(file, KEY)
    assert got(store, KEY, held.version_id, tmp_path) == DATA
    relay.hidden = ("x-amz-version-id",)
    relay.next("?versioning", answers(403, "AccessDenied"))
    assert store.upload(file, KEY).version_id == ""


@both_roads
@pytest.mark.parametrize(
    ("fault", "error", "retry_after"),
    [
        pytest.param(answers(500, "InternalError"), Unreachable, None, id="InternalError"),
        pytest.param(answers(503, "SlowDown", Retry_After="7"), Unreachable, 7.0, id="SlowDown"),
        pytest.param(
            answers(429, "TooManyRequests", Retry_After="soon"),
            Unreachable,
            None,
            id="TooManyRequests",
        ),
        pytest.param(answers(400, "RequestTimeout"), Unreachable, None, id="RequestTimeout"),
        pytest.param(faulty.reset, Unreachable, None, id="reset"),
        pytest.param(faulty.silent, Unreachable, None, id="silent"),
        pytest.param(answers(403, "AccessDenied"), Refused, None, id="AccessDenied"),
        pytest.param(answers(400, "ExpiredToken"), Refused, None, id="ExpiredToken"),
        pytest.param(
            answers(403, "RequestTimeTooSkewed"), Refused, None, id="RequestTimeTooSkewed"
        ),
        pytest.param(answers(404, "NoSuchBucket"), Refused, None, id="NoSuchBucket"),
        pytest.param(answers(404, "NoSuchKey"), BlobMissing, None, id="NoSuchKey"),
        pytest.param(answers(404, "NoSuchVersion"), BlobMissing, None, id="NoSuchVersion"),
        pytest.param(
            answers(405, "MethodNotAllowed", x_amz_delete_marker="true"),
            BlobMissing,
            None,
            id="MethodNotAllowed",
        ),
        pytest.param(faulty.cut_off(1000), Unreachable, None, id="cut_off"),
    ],
)
def test_a_fault_is_told_as_what_can_be_done_about_it(
    relay: Relay,
    at: Made,
    tmp_path: Path,
    fault: faulty.Fault,
    error: type[AnvcsError],
    retry_after: float | None,
) -> None:
    store = at(relay.url)
    held = store.upload(file_of(tmp_path, DATA), KEY)
    relay.next("GET", fault)
    with pytest.raises(error) as told:
        got(store, KEY, held.version_id, tmp_path)
    assert getattr(told.value, "retry_after", None) == retry_after
    assert told.value.hint or error is BlobMissing
    assert got(store, KEY, held.version_id, tmp_path) == DATA


@both_roads
def test_a_download_that_breaks_off_goes_on_from_there(
    relay: Relay, at: Made, tmp_path: Path
) -> None:
    store = at(relay.url, attempts=3)
    held = store.upload(file_of(tmp_path, DATA), KEY)
    relay.next("GET", faulty.cut_off(300_000), faulty.cut_off(300_000))
    assert got(store, KEY, held.version_id, tmp_path) == DATA
    ranges = [one.headers.get("range") for one in relay.asked if one.method == "GET"]
    assert ranges == [None, f"bytes=300000-{len(DATA) - 1}", f"bytes=600000-{len(DATA) - 1}"]
    assert all("versionId=" in one.target for one in relay.asked if one.method == "GET")


@both_roads
def test_a_large_file_comes_in_parts_of_one_version(relay: Relay, at: Made, tmp_path: Path) -> None:
    data = os.urandom((21 << 20) + 1)
    held = at(relay.url, timeout=30.0).upload(file_of(tmp_path, data), "models/x")
    store = at(relay.url, sizes=SMALL, attempts=2, timeout=30.0)
    at(relay.url).upload(file_of(tmp_path, b"newer"), "models/x")
    relay.next(f"GET /versioned/{tmp_path.name}", faulty.cut_off(1 << 20))
    assert got(store, "models/x", held.version_id, tmp_path) == data
    asked = {one.headers.get("range") for one in relay.asked if one.method == "GET"}
    assert f"bytes={20 << 20}-{21 << 20}" in asked
    relay.next("GET", faulty.passed_on, *(answers(503, "SlowDown") for _ in range(3)))
    with pytest.raises(Unreachable):
        got(at(relay.url, sizes=SMALL), "models/x", held.version_id, tmp_path)


def test_bytes_that_change_on_the_way_up_are_told(relay: Relay, at: Made, tmp_path: Path) -> None:
    store = at(relay.url)

    def flipped(handler: faulty.Handler) -> None:
        handler.body = b"x" + handler.body[1:]
        faulty.passed_on(handler)

    relay.next("PUT", flipped)
    with pytest.raises((WrongContent, Refused)):
        store.upload(file_of(tmp_path, DATA), KEY)
    assert not store.exists(KEY)


@both_roads
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_other_server_is_asked_when_one_sends_us_there(
    seaweed: Seaweed, relay: Relay, at: Made, tmp_path: Path, status: int
) -> None:
    with faulty.before(seaweed.url) as other:
        elsewhere = {"Location": f"{other.url}/versioned/x", "x-amz-bucket-region": "eu-west-1"}
        away = answers(status, "PermanentRedirect", **elsewhere)
        relay.next("", *(away for _ in range(6)))
        store = at(relay.url, attempts=3)
        with pytest.raises(Refused):
            got(store, KEY, "", tmp_path)
        assert other.asked == []
        assert relay.asked


def test_credentials_for_aws_stay_here_when_the_server_is_another(
    relay: Relay, at: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFORAWSALONE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "for AWS alone")
    with pytest.raises(Refused, match="no credentials for"):
        at(relay.url, profile="").exists(KEY)
    assert relay.asked == []
    with pytest.raises(Refused):
        at(relay.url, profile="nobody").exists(KEY)
    (tmp_path / "aws/config").write_text("[profile empty]\nregion = x\n")
    with pytest.raises(Refused):
        at(relay.url, profile="empty").exists(KEY)
    assert relay.asked == []
    assert not at(relay.url).exists(KEY)
    assert ACCESS in relay.asked[0].headers["authorization"]
    with pytest.raises(Refused):
        at(relay.url, profile="", ambient=True).exists(KEY)
    assert "AKIAFORAWSALONE" in relay.asked[-1].headers["authorization"]


def test_a_wrong_secret_is_refused(seaweed: Seaweed, at: Made, tmp_path: Path) -> None:
    credentials = tmp_path / "aws/credentials"
    credentials.write_text(credentials.read_text().replace(SECRET, "another"))
    with pytest.raises(Refused) as told:
        at(seaweed.url).upload(file_of(tmp_path, DATA), KEY)
    assert told.value.hint


@both_roads
def test_a_web_identity_gives_what_its_role_allows(
    seaweed: Seaweed,
    at: Made,
    issuer: Issuer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if seaweed.kind == "ceph":
        pytest.skip("its token service is not set up here")
    token = tmp_path / "token"
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", seaweed.url)
    file = file_of(tmp_path, DATA)

    def as_role(role: str, text: str) -> S3Store:
        monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::role/{role}")
        token.write_text(text)
        return at(seaweed.url, profile="", ambient=True, timeout=10.0)

    held = as_role("writer", issuer.token()).upload(file, KEY)
    reader = as_role("reader", issuer.token())
    assert got(reader, KEY, held.version_id, tmp_path) == DATA
    with pytest.raises(Refused):
        reader.upload(file_of(tmp_path, b"more"), key_of(oid_of(b"more")))
    for text in (issuer.token(seconds=-60), issuer.token(audience="x"), issuer.token(forged=True)):
        with pytest.raises(Refused) as told:
            as_role("writer", text).exists(KEY)
        assert text not in str(told.value) + told.value.hint
    with pytest.raises(Refused, match="no credentials"):
        at(seaweed.url, profile="").exists(KEY)
    lost = as_role("reader", "")
    token.unlink()
    for ask in (lambda: lost.exists(KEY), lambda: got(lost, KEY, "", tmp_path)):
        with pytest.raises(Refused, match="the credentials cannot be read: "):
            ask()
    role = "role_arn = arn:aws:iam::role/reader\nrole_session_name = tests\n"
    where = f"web_identity_token_file = {token}\n"
    (tmp_path / "aws/config").write_text(f"[profile ci]\n{role}{where}")
    token.write_text(issuer.token())
    assert got(at(seaweed.url, profile="ci", timeout=10.0), KEY, "", tmp_path) == DATA


def test_a_signed_address_gives_exactly_that_version_for_a_while(
    seaweed: Seaweed, at: Made, tmp_path: Path
) -> None:
    store = at(seaweed.url)
    old = store.upload(file_of(tmp_path, b"old"), "models/x")
    store.upload(file_of(tmp_path, b"new"), "models/x")
    url = store.presigned("models/x", old.version_id, 60)
    assert "X-Amz-Expires=60" in url
    with urlopen(url) as answer:  # noqa: S310 - of this machine
        assert answer.read() == b"old"


@both_roads
def test_a_proxy_is_used_but_for_those_it_is_not_for(
    seaweed: Seaweed, at: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(tmp_path, DATA)
    with forward_proxy.serving(tmp_path) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        plain = at(seaweed.url, timeout=10.0)
        held = plain.upload(file, KEY)
        plain.client.close()
        assert proxy.heard(" - HEAD ")
        with pytest.raises(Refused, match=r"(?i)certificate"):
            at(seaweed.https, timeout=10.0).exists(KEY)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(seaweed.certificate))
        secure = at(seaweed.https, timeout=10.0)
        assert got(secure, KEY, held.version_id, tmp_path) == DATA
        secure.client.close()
        assert proxy.heard("CONNECT ")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        direct = at(seaweed.url)
        assert got(direct, KEY, held.version_id, tmp_path) == DATA
        direct.client.close()
        monkeypatch.delenv("NO_PROXY")
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("user:pass", "user:secret-word"))
        with pytest.raises((Refused, Unreachable)) as told:
            at(seaweed.url).exists(KEY)
        assert "secret-word" not in str(told.value)
        assert " - GET " not in proxy.log.read_text()  # the one that was not to be heard of
    with pytest.raises(Unreachable):
        at(seaweed.url).exists(KEY)


@both_roads
def test_a_server_that_is_not_there_is_unreachable(at: Made, tmp_path: Path) -> None:
    store = at("http://127.0.0.1:9")
    for ask in (lambda: store.exists(KEY), lambda: store.upload(file_of(tmp_path, b"x"), "k/x")):
        with pytest.raises(Unreachable):
            ask()


def test_no_library_is_loaded_before_something_is_asked(tmp_path: Path) -> None:
    asked = (
        "import sys, json; from git_anvcs.blobs.stores.s3 import S3Store;"
        "from git_anvcs.blobs.s3.place import Bucket; S3Store(Bucket('abc'));"
        "print(json.dumps(sorted({'boto3', 'botocore', 'ssl'} & set(sys.modules))))"
    )
    done = subprocess.run((sys.executable, "-c", asked), capture_output=True, check=True)
    assert json.loads(done.stdout) == []

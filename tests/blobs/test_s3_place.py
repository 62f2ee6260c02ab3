"""Which servers a bucket may be at, and what a message of them may say."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.blobs.errors import Refused
from git_anvcs.blobs.s3.client import connect
from git_anvcs.blobs.s3.place import Bucket, check_addresses, checked, redacted
from git_anvcs.blobs.s3.sums import Sizes, part_size_of

BUCKET = Bucket("bucket", profile="tests")


@pytest.mark.parametrize(
    "words",
    [
        {"endpoint_url": "http://store.example.org"},
        {"endpoint_url": "http://s3.amazonaws.com.example.org"},
        {"endpoint_url": "ftp://127.0.0.1"},
        {"endpoint_url": "-oProxyCommand=x"},
        {"endpoint_url": "https://user:secret@store.example.org"},
        {"endpoint_url": "https://store.example.org/?x=secret"},
        {"endpoint_url": "https://store.example.org/\r\nX: y"},
        {"endpoint_url": "https://[::1"},
        {"endpoint_url": "https://store.example.org:port"},
        {"endpoint_url": "http://metadata.google.internal", "allow_http": True},
        {"bucket": ""},
        {"bucket": "../other"},
        {"bucket": "-bucket"},
        {"region": "x.example.org/"},
        {"prefix": "../x"},
        {"prefix": "a//b"},
    ],
)
def test_what_could_lead_elsewhere_is_refused_before_anything_is_asked(
    words: dict[str, str],
) -> None:
    with pytest.raises(Refused) as told:
        checked(BUCKET._replace(**words))
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"endpoint_url": "https://store.example.org:9000"},
        {"endpoint_url": "http://127.0.0.1:9000"},
        {"endpoint_url": "http://[::1]:9000"},
        {"endpoint_url": "http://localhost"},
        {"endpoint_url": "http://store.example.org", "allow_http": True},
        {"prefix": "team/project", "region": "eu-central-1"},
    ],
)
def test_plain_servers_are_taken(words: dict[str, str]) -> None:
    assert checked(BUCKET._replace(**words)).bucket == "bucket"


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "224.0.0.1",
        "::",
    ],
)
def test_addresses_where_clouds_hand_out_credentials_are_refused(address: str) -> None:
    with pytest.raises(Refused):
        check_addresses("store.example.org", ["10.0.0.1", address])


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "2852039166", "0xA9FEA9FE", "[::ffff:a9fe:a9fe]"]
)
@pytest.mark.usefixtures("aws_home")
def test_no_spelling_of_such_an_address_is_asked(host: str) -> None:
    with pytest.raises(Refused, match="an address that no store of blobs has"):
        connect(checked(BUCKET._replace(endpoint_url=f"https://{host}")))


def test_only_hosts_of_aws_are_aws() -> None:
    hosts = ("s3.eu-west-1.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn")
    assert all(BUCKET._replace(endpoint_url=f"https://{host}").is_aws for host in hosts)
    others = ("s3.amazonaws.com.example.org", "xamazonaws.com", "127.0.0.1")
    assert not any(BUCKET._replace(endpoint_url=f"https://{host}").is_aws for host in others)


@pytest.mark.parametrize(
    "text",
    [
        "https://h/b/k?X-Amz-Algorithm=A&X-Amz-Credential=HIDE%2Fx&X-Amz-Signature=HIDE",
        "https://h/k?versionId=1&X-Amz-Security-Token=HIDE&x=1",
        "Authorization: AWS4-HMAC-SHA256 Credential=HIDE/2026, Signature=HIDE\nHost: h",
        "{'x-amz-security-token': 'HIDE'}",
        "http://user:HIDE@proxy:3128 said no",
        "aws_secret_access_key = HIDE",
        "the key AKIAHIDEHIDEHIDEHIDE is not known",
    ],
)
def test_what_signs_never_stands_in_a_message(text: str) -> None:
    assert "HIDE" not in redacted(text)
    assert redacted("bucket/key: so it goes (NoSuchKey)") == "bucket/key: so it goes (NoSuchKey)"


@given(st.integers(0, 5 << 40))
def test_a_file_of_any_size_has_parts_that_s3_takes(size: int) -> None:
    part = part_size_of(size, Sizes())
    assert -(-size // part) <= 10_000
    assert 5 << 20 <= part <= 5 << 30

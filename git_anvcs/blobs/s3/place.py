"""Where a bucket is, and which addresses nobody gets data or credentials at; pure."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
import re
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from git_anvcs.blobs.errors import Refused
from git_anvcs.blobs.key_parts import parts_of

ONLY_NEW = "if-none-match"  # what a server can do that makes one version of many uploads

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_REGION = re.compile(r"[a-z0-9-]{0,40}")
_AWS = (".amazonaws.com", ".amazonaws.com.cn")
# Clouds hand out a machine's own credentials at these (link-local: RFC 3927, RFC 4291).
_FORBIDDEN = tuple(
    map(
        ip_network,
        (
            "169.254.0.0/16",
            "fe80::/10",
            "fd00:ec2::/32",
            "100.100.100.200/32",
            "168.63.129.16/32",
            "192.0.0.192/32",
            "0.0.0.0/32",
            "::/128",
            "224.0.0.0/4",
            "ff00::/8",
        ),
    )
)
_SECRET = re.compile(
    r"(?i)(?:(?<=://)[^/\s@]+@)"  # user and password of an address
    r"|(?<=[?&;])(?:x-amz-[a-z-]+|awsaccesskeyid|signature)=[^&\s\"']*"
    r"|\b(?:authorization|x-amz-security-token)\b['\"]?\s*[:=]\s*[^\r\n]*"
    r"|\b(?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|(?:WebIdentityToken|Session[_ ]?Token|Secret(?:[_ ]?Access)?[_ ]?Key)\W{1,4}\S+"
)


class Bucket(NamedTuple):
    """A bucket as settings describe it.

    ambient: a server that is not AWS may have the credentials of the environment, too
    attempts, timeout: tries of one request, and seconds without a byte
    """

    bucket: str
    region: str = ""
    endpoint_url: str = ""
    prefix: str = ""
    profile: str = ""
    ambient: bool = False
    allow_http: bool = False
    attempts: int = 3
    timeout: float = 60.0

    @property
    def is_aws(self) -> bool:
        """Whether the server is one of AWS."""
        host = urlsplit(self.endpoint_url).hostname or ""
        return not self.endpoint_url or host.endswith(_AWS)

    def key(self, key: str) -> str:
        """The whole key in the bucket. Raises Refused for what cannot be one."""
        whole = f"{self.prefix}/{key}" if self.prefix else key
        parts_of(key)
        parts_of(whole)
        return whole


def checked(bucket: Bucket) -> Bucket:
    """The bucket, if its words are what they should be. Raises Refused."""
    if not _BUCKET.fullmatch(bucket.bucket):
        raise Refused(f"{bucket.bucket!r} cannot be the name of a bucket")
    if not _REGION.fullmatch(bucket.region):
        raise Refused(f"{bucket.region!r} cannot be a region")
    if bucket.prefix:
        parts_of(bucket.prefix)
    if bucket.endpoint_url:
        _check_endpoint(bucket)
    return bucket


def check_addresses(host: str, addresses: Iterable[str]) -> None:
    """Raise Refused when a host stands for an address of the machine's own cloud, or for none."""
    for text in addresses:
        address = ip_address(text.partition("%")[0])
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        address = mapped or address
        if any(address.version == net.version and address in net for net in _FORBIDDEN):
            raise Refused(
                f"{host} is {address}, an address that no store of blobs has",
                hint="machines in a cloud get their own credentials there",
            )


def is_loopback(host: str) -> bool:
    """Whether the host, as it is written, is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def redacted(text: str) -> str:
    """A message without what signs, names or is a secret: keys, tokens, signed queries."""
    return _SECRET.sub("…", text)


def _check_endpoint(bucket: Bucket) -> None:
    url = bucket.endpoint_url
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", SplitResult("", "", "", "", "")
    if not host or parts.scheme not in ("http", "https") or not url.isascii() or " " in url:
        raise Refused(f"{redacted(url)!r} is no address of a server", hint="https://HOST[:PORT]")
    if (
        parts.username is not None
        or parts.query
        or parts.fragment
        or not unquote(url).isprintable()
    ):
        raise Refused(
            f"adapters.s3.endpoint_url has more than the address of {host!r}",
            hint="credentials belong into a profile: adapters.s3.profile",
        )
    if parts.scheme == "http" and not is_loopback(host) and not bucket.allow_http:
        raise Refused(
            f"{url} would send data in the clear",
            hint="use https, or set adapters.s3.allow_http",
        )
    if host == "metadata.google.internal":
        raise Refused(f"{host} is no store of blobs")

"""What a GET without boto3 needs of botocore: the address, the signature, whom to trust.

Asked of botocore, so that profiles, roles, tokens that expire and settings mean the same on both
roads.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from git_anvcs.blobs.s3.client import connect, proxy_of, session_of
from git_anvcs.blobs.s3.faults import told
from git_anvcs.blobs.s3.place import Bucket

if TYPE_CHECKING:
    from ssl import SSLContext


_SCOPE = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/[0-9]+/([^/]+)/s3/aws4_request")


class Address(NamedTuple):
    """url: of the bucket, without a slash at its end; region: that is signed for"""

    url: str
    region: str


class Signing(NamedTuple):
    """headers: those that let the reader of this bucket GET a URL, for some minutes"""

    url: str
    headers: Callable[[str], Mapping[str, str]]
    tls: "SSLContext | None"


def signing(bucket: Bucket) -> Signing | None:
    """What GETs of this bucket need; None where only boto3 will do.

    Raises Refused, Unreachable.
    """
    with told(bucket.bucket):
        session = session_of(bucket)
        credentials = session.get_credentials()
        address = _address(bucket) if credentials else None
        if address is None or proxy_of(address.url):
            return None
        tls = None
        if address.url.startswith("https:"):
            tls = _trusting(session)
            if tls is None:
                return None
    return Signing(address.url, _signed(credentials, address.region, bucket.bucket), tls)


def _address(bucket: Bucket) -> Address | None:
    if not bucket.is_aws:
        url = f"{bucket.endpoint_url.rstrip('/')}/{bucket.bucket}"
        return Address(url, bucket.region or "us-east-1")
    from botocore.awsrequest import AWSResponse

    asked = []

    def kept(request: Any, **_: object) -> Any:
        asked.append(request)
        return AWSResponse(request.url, 200, {}, BytesIO())

    client = connect(bucket)
    client.meta.events.register("before-send.s3.GetObject", kept)  # nothing is sent
    client.get_object(Bucket=bucket.bucket, Key="k")
    client.close()
    return address_in(asked[0].url, asked[0].headers["Authorization"].decode())


def address_in(url: str, authorization: str) -> Address | None:
    """Of a signed GET of the object `k`; None where it is not signed as we can."""
    scope = _SCOPE.match(authorization)
    return Address(url.removesuffix("/k"), scope[1]) if scope and url.endswith("/k") else None


def _signed(credentials: Any, region: str, name: str) -> Callable[[str], Mapping[str, str]]:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest

    def headers(url: str) -> Mapping[str, str]:
        with told(name):
            now = credentials.get_frozen_credentials()  # new ones, when these end soon
            request = AWSRequest("GET", url)
            S3SigV4Auth(now, "s3", region).add_auth(request)
        return dict(request.headers.items())

    return headers


def _trusting(session: Any) -> "SSLContext | None":
    """Trusts whom botocore does; None where it is told so in a way that only it understands."""
    from pathlib import Path
    import ssl

    from botocore.httpsession import get_cert_path

    named = session.get_config_variable("ca_bundle") or session.get_config_variable("requests_ca")
    file = get_cert_path(named or True)
    return ssl.create_default_context(cafile=file) if Path(file).is_file() else None

"""A client for one bucket: the only module that imports boto3.

Credentials belong to a server: what boto3 finds in the environment goes to AWS alone, unless the
user says otherwise; another server gets those of the profile that is named for it.
"""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from git_anvcs.blobs.errors import Refused, Unreachable
from git_anvcs.blobs.s3.faults import told
from git_anvcs.blobs.s3.place import Bucket, check_addresses

# Where botocore looks besides the named profile; `env` it leaves out itself then.
_AMBIENT = ("env", "ec2-credentials-file", "boto-config", "container-role", "iam-role")
_CONNECTIONS = 32
# What botocore reads by itself, but has no name for.
_VARIABLES = {"requests_ca": (None, "REQUESTS_CA_BUNDLE", None, None)}


def connect(bucket: Bucket) -> Any:
    """A client of boto3 for this bucket; one serves many threads.

    No request is made yet, but the server's name is looked up.
    Raises Refused, Unreachable.
    """
    import boto3

    with told(bucket.bucket):
        session = boto3.Session(
            botocore_session=session_of(bucket), region_name=bucket.region or _region(bucket)
        )
        client = session.client(
            "s3", endpoint_url=bucket.endpoint_url or None, config=_config(bucket)
        )
    if client.meta.endpoint_url and not _proxy(client.meta.endpoint_url):
        _check_host(client.meta.endpoint_url)
    return client


def renewable(bucket: Bucket) -> bool:
    """Whether a service gives credentials for who we are, so that there may be newer ones."""
    from botocore.credentials import RefreshableCredentials

    with told(bucket.bucket):
        return isinstance(session_of(bucket).get_credentials(), RefreshableCredentials)


def proxy_of(url: str) -> str:
    """The proxy that the environment has for a server, without its password; empty: none."""
    proxy = urlsplit(_proxy(url))
    return f"{proxy.scheme}://{proxy.hostname}:{proxy.port or 80}" if proxy.hostname else ""


def session_of(bucket: Bucket) -> Any:
    """botocore's session with the credentials that this bucket may have. Raises Refused."""
    from botocore.session import Session

    session = Session(_VARIABLES, profile=bucket.profile or None)
    session.register_component("data_loader", _models())
    if bucket.is_aws or bucket.ambient:
        return session
    if not bucket.profile:
        raise Refused(
            f"there are no credentials for {bucket.endpoint_url}",
            hint="adapters.s3.profile names a profile of ~/.aws for it; those for AWS stay here",
        )
    providers = session.get_component("credential_provider")
    for name in _AMBIENT:
        providers.remove(name)
    return session


@cache
def _models() -> Any:
    """What botocore knows of services: 60 ms to read, the same for every bucket."""
    from botocore.loaders import create_loader

    return create_loader()


def _config(bucket: Bucket) -> Any:
    from botocore.config import Config

    return Config(
        signature_version="s3v4",
        retries={"mode": "standard", "total_max_attempts": bucket.attempts},
        connect_timeout=min(10.0, bucket.timeout),
        read_timeout=bucket.timeout,
        max_pool_connections=_CONNECTIONS,
        tcp_keepalive=True,
        # SHA-256 is sent in any case; the newer default, CRC32 in trailers, breaks older servers.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "auto" if bucket.is_aws else "path"},
    )


def _region(bucket: Bucket) -> str | None:
    return None if bucket.is_aws else "us-east-1"  # a server that is not AWS wants some


def _proxy(url: str) -> str:
    from botocore.utils import get_environ_proxies

    return str(get_environ_proxies(url).get(urlsplit(url).scheme, ""))


def _check_host(url: str) -> None:
    import socket

    host = urlsplit(url).hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"the address of {host} cannot be found: {error}") from error
    check_addresses(host, {str(address[4][0]) for address in found})

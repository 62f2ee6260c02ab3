"""GETs of whole objects over connections that are kept: what a checkout of many files needs.

A GET of boto3 takes 2.5 ms of processor time, one of these 0.6; a redirection is followed nowhere,
a proxy and what else is not plain is left to boto3.
"""

from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
import socket
from typing import Any
from urllib.parse import quote, urlsplit
import weakref

from git_anvcs.blobs.errors import Archived, Refused, Unreachable
from git_anvcs.blobs.s3 import faults
from git_anvcs.blobs.s3.parts import Target
from git_anvcs.blobs.s3.place import Bucket, check_addresses
from git_anvcs.blobs.s3.signing import Signing, signing

_CONNECT_SECONDS = 10.0
_MOST_SAID = 64 << 10  # bytes of an error
_AGENT = "git-anvcs"
_META = "x-amz-meta-"
# What boto3 mends by itself, by the clock of the server or in the bucket's own region.
_MENDED = ("RequestTimeTooSkewed", "AuthorizationHeaderMalformed")


class Gets:
    """The connections to one bucket; may be used from many threads. Raises as `signing` does."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._signing = signing(bucket)
        self._idle: list[HTTPConnection] = []
        weakref.finalize(self, _close_all, self._idle)

    def get(self, to: Target, version_id: str, name: str) -> dict[str, Any] | None:
        """An answer as boto3 gives it, read to its end or closed; None: boto3 is to be asked.

        version_id: empty for the newest; name: for messages
        Raises BlobMissing, Unreachable, Refused.
        """
        if self._signing is None:
            return None
        url = _url(self._signing, to, version_id)
        try:
            connection, answer = self._asked(self._signing, url, name)
        except Unreachable:
            if self._bucket.attempts > 1:  # boto3 knows how long to wait before the next
                return None
            raise
        if answer.status == 200 and answer.length is not None:
            return _spelt(answer, _Body(connection, answer, self._idle, name))
        self._refused(connection, answer, name, pinned=bool(version_id))
        return None

    @property
    def possible(self) -> bool:
        """Whether anything is asked for here."""
        return self._signing is not None

    def opened(self) -> HTTPConnection:
        """A new connection. Raises Unreachable, Refused."""
        assert self._signing  # noqa: S101 - `possible` was asked
        return self._opened(self._signing, self._bucket.bucket)

    def request(self, to: Target, version_id: str) -> bytes:
        """A signed GET as it is sent."""
        assert self._signing  # noqa: S101 - `possible` was asked
        url = _url(self._signing, to, version_id)
        usual = ":443" if self._signing.tls else ":80"
        host = urlsplit(url).netloc.removesuffix(usual)  # as it was signed
        headers = {"Host": host, **self._signing.headers(url)}
        lines = [f"GET {_target(url)} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, f"User-Agent: {_AGENT}", "", ""]).encode("latin-1")

    def _asked(self, signing: Signing, url: str, name: str) -> tuple[HTTPConnection, HTTPResponse]:
        """The server's answer; a connection that it has ended meanwhile costs one try more."""
        target, headers = _target(url), {**signing.headers(url), "User-Agent": _AGENT}
        while True:
            connection, kept = self._connection(signing, name)
            try:
                connection.request("GET", target, headers=headers)
                return connection, connection.getresponse()
            except (OSError, HTTPException) as error:
                connection.close()
                if not kept or isinstance(error, TimeoutError):
                    raise faults.of_connection(error, name) from error

    def _connection(self, signing: Signing, name: str) -> tuple[HTTPConnection, bool]:
        """One that is open, and whether it was used before."""
        with suppress(IndexError):
            return self._idle.pop(), True
        return self._opened(signing, name), False

    def _opened(self, signing: Signing, name: str) -> HTTPConnection:
        parts = urlsplit(signing.url)
        host, timeout = parts.hostname or "", min(_CONNECT_SECONDS, self._bucket.timeout)
        connection = (
            HTTPSConnection(host, parts.port, timeout=timeout, context=signing.tls)
            if signing.tls
            else HTTPConnection(host, parts.port, timeout=timeout)
        )
        try:
            connection.connect()
            check_addresses(host, [str(connection.sock.getpeername()[0])])
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection.sock.settimeout(self._bucket.timeout)
        except (OSError, UnicodeError) as error:
            connection.close()
            raise faults.of_connection(error, name) from error
        except Refused:
            connection.close()
            raise
        return connection

    def _refused(
        self, connection: HTTPConnection, answer: HTTPResponse, name: str, *, pinned: bool
    ) -> None:
        """Raise what the answer says; return where boto3 may get another."""
        said = b""
        with suppress(OSError, HTTPException):
            said = answer.read(_MOST_SAID)
        connection.close()
        if answer.status < 300:
            return
        code, error = faults.of_status(answer.status, dict(answer.headers), said, name, pinned)
        later = isinstance(error, Unreachable) and not isinstance(error, Archived)
        passing = later or code in _MENDED
        elsewhere = self._bucket.is_aws and answer.status in (301, 307, 400)
        if not (elsewhere or (passing and self._bucket.attempts > 1)):
            raise error


class _Body:
    """The bytes of an answer, as botocore's StreamingBody gives them."""

    def __init__(
        self,
        connection: HTTPConnection,
        answer: HTTPResponse,
        idle: list[HTTPConnection],
        name: str,
    ) -> None:
        self._connection: HTTPConnection | None = connection
        self._answer = answer
        self._idle = idle
        self._name = name

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        """At most so many bytes each. Raises Unreachable."""
        try:
            while chunk := self._answer.read(size):
                yield chunk
        except IncompleteRead as error:
            yield error.partial
        except (OSError, HTTPException) as error:
            raise faults.of_connection(error, self._name) from error

    def close(self) -> None:
        """Let go of the connection; one whose answer was read to its end is used again."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._answer.isclosed() and connection.sock is not None:
            self._idle.append(connection)
        else:
            self._answer.close()
            connection.close()


def _url(signing: Signing, to: Target, version_id: str) -> str:
    url = f"{signing.url}/{quote(to.key, safe='/~')}"
    return f"{url}?versionId={quote(version_id, safe='-_.~')}" if version_id else url


def _target(url: str) -> str:
    return url[url.index("/", url.index("//") + 2) :]


def _spelt(answer: HTTPResponse, body: _Body) -> dict[str, Any]:
    headers = answer.headers
    metadata = {
        name.lower().removeprefix(_META): value
        for name, value in headers.items()
        if name.lower().startswith(_META)
    }
    return {
        "ContentLength": answer.length,
        "VersionId": headers.get("x-amz-version-id", ""),
        "ETag": headers.get("ETag", ""),
        "Metadata": metadata,
        "Body": body,
    }


def _close_all(connections: list[HTTPConnection]) -> None:
    for connection in connections:
        connection.close()

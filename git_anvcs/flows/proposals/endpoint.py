"""One question to an endpoint that speaks `POST /v1/chat/completions`.

http.client, because here it is less than a library: no redirect is followed, no proxy asked, one
limit holds for all of it however slowly the bytes come, and no more is read than is wanted.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import json
from threading import Timer
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit

from git_anvcs.kernel.errors import AnvcsError, Offline, PolicyDenied, UsageError
from git_anvcs.kernel.terminal import cut, safe

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse
    from socket import socket

_HERE = ("localhost", "127.0.0.1", "::1")
_SHOWN = 160  # characters of what a server complains about
_COMPLAINT = 4096  # bytes of it that are read
_JSON = 8  # how much larger an answer may be as JSON, all escaped
_PIECE = 1 << 14
_SLACK = 0.05  # seconds
_BOTH_WAYS = 2  # SHUT_RDWR, shutdown(2)


class BadAnswer(Exception):
    """What came is no answer."""


class Place(NamedTuple):
    """url: the base, such as https://api.example.com/v1; key: a bearer token, or empty."""

    url: str
    model: str
    key: str
    seconds: float


def chat(place: Place, task: str, asked: str, most: int) -> bytes:
    """The text of the answer. Raises BadAnswer, Offline, UsageError, PolicyDenied."""
    body = json.dumps(
        {
            "model": place.model,
            "messages": [
                {"role": "system", "content": task},
                {"role": "user", "content": asked},
            ],
        }
    ).encode()
    return _posted(place, body, _JSON * most + _COMPLAINT)


def _posted(place: Place, body: bytes, most: int) -> bytes:
    """The body of the answer; cut off at the time limit, which then is the reason."""
    deadline = time.monotonic() + place.seconds
    try:
        return _exchanged(place, _checked(place.url), body, most)
    except (BadAnswer, Offline) as error:
        if time.monotonic() < deadline - _SLACK:
            raise
        raise BadAnswer(f"no answer within {place.seconds:g} seconds") from error


def _exchanged(place: Place, parts: SplitResult, body: bytes, most: int) -> bytes:
    from http.client import HTTPException

    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if place.key:
        headers["Authorization"] = f"Bearer {place.key}"
    try:
        with _connected(place, parts) as connection:
            path = f"{parts.path.rstrip('/')}/chat/completions"
            connection.request("POST", path, body, headers)
            with connection.getresponse() as answer:
                if answer.status != 200:
                    raise _refusal(answer.status, answer.read(_COMPLAINT))
                return _content(_read(answer, most))
    except OSError as error:
        raise Offline(
            f"the proposer at {parts.netloc} cannot be reached: {error.strerror or error}",
            hint="nothing was changed; try again when it can",
        ) from error
    except (HTTPException, ValueError) as error:
        raise BadAnswer("it did not speak HTTP as it should") from error


@contextmanager
def _connected(place: Place, parts: SplitResult) -> Iterator["HTTPConnection"]:
    """A connection that is cut at the time limit."""
    from http.client import HTTPConnection, HTTPSConnection

    host, port = str(parts.hostname), parts.port
    if parts.scheme == "https":
        connection: HTTPConnection = HTTPSConnection(host, port, timeout=place.seconds)
    else:
        connection = HTTPConnection(host, port, timeout=place.seconds)
    start = time.monotonic()
    connection.connect()
    # The connection forgets its socket while an answer is read from it; this one is cut.
    left = max(0.0, place.seconds - (time.monotonic() - start))
    end = Timer(left, _cut, (connection.sock,))
    end.daemon = True
    end.start()
    try:
        yield connection
    finally:
        end.cancel()
        connection.close()


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise UsageError(f"merge.proposer.endpoint is no address: {url}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise UsageError(
            f"merge.proposer.endpoint is no address: {url}", hint="such as https://HOST/v1"
        )
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise PolicyDenied(
            f"code would go to {parts.hostname} unencrypted", hint="use https, or a local port"
        )
    return parts


def _cut(connected: "socket") -> None:
    with suppress(OSError):
        connected.shutdown(_BOTH_WAYS)


def _read(answer: "HTTPResponse", most: int) -> bytes:
    """The body. Raises BadAnswer as soon as it is too long."""
    found = bytearray()
    while piece := answer.read1(_PIECE):
        found += piece
        if len(found) > most:
            raise BadAnswer("it is far too long")
    if answer.length:
        raise ValueError("the connection ended early")
    return bytes(found)


def _refusal(status: int, body: bytes) -> Exception:
    said = " ".join(body.decode(errors="replace").split())
    told = f": {cut(safe(said), _SHOWN)}" if said else ""
    if status in (401, 403):
        return AnvcsError(
            f"the proposer refuses us ({status}){told}",
            hint="merge.proposer.key_env names the environment variable with the key",
        )
    if status in (301, 302, 303, 307, 308):
        return AnvcsError(
            f"the proposer sends us elsewhere ({status}); that is not followed",
            hint="set merge.proposer.endpoint to where it is",
        )
    if status == 404:
        return AnvcsError(
            f"the proposer has no /chat/completions there, or no such model (404){told}",
            hint="merge.proposer.endpoint is the base, mostly ending in /v1",
        )
    return BadAnswer(f"the server answered {status}{told}")


def _content(body: bytes) -> bytes:
    try:
        facts = json.loads(body)
        text = facts["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise BadAnswer("it is no chat completion") from error
    if not isinstance(text, str):
        raise BadAnswer("it holds no text")
    return text.encode(errors="surrogatepass")

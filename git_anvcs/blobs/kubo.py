"""The RPC of an IPFS node, as Kubo speaks it: `POST /api/v0/COMMAND` (docs.ipfs.tech).

http.client, because here it is less than a library: no redirect is followed and no proxy asked,
for who speaks to this address is the node's administrator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import json
import os
from pathlib import Path
import re
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied, UsageError
from git_anvcs.kernel.terminal import cut, safe

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse

CHUNK = 1 << 20
_HERE = ("localhost", "127.0.0.1", "::1")
_SHOWN = 160  # characters of what a node complains about
_LONGEST = 1 << 20  # bytes of an answer that is no content
_NOT_NOW = (429, 502, 503, 504)
# Kubo has no codes for what went wrong, only its words.
_MISSING = re.compile(r"not pinned|not exist|not found|no such file|could not find|no link named")
_RETRY = "nothing is lost: it is tried again later"
CONFIGURED = "adapters.ipfs.api is the address of a node's RPC, such as http://127.0.0.1:5001"


class Node(NamedTuple):
    """Where a node is spoken to.

    api: the address, without /api/v0
    secret: the value of the Authorization header, where the node wants one; or empty
    seconds: how long nothing may come, until we give up
    """

    api: str
    secret: str = ""
    seconds: float = 30.0


def ask(node: Node, command: str, *arguments: str, **options: str) -> dict[str, Any]:
    """The answer to one command; `{}` where it has none.

    Raises BlobMissing, Unreachable, Refused.
    """
    with _asked(node, _path(command, arguments, options)) as answer:
        return _last(_small(answer))


def add(node: Node, path: Path, size: int, **options: str) -> dict[str, Any]:
    """What the node says of a file of that size that it was sent. Raises WrongContent too."""
    bound = os.urandom(16).hex()
    head = (
        f"--{bound}\r\n"
        'Content-Disposition: form-data; name="file"; filename="blob"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    tail = f"\r\n--{bound}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={bound}",
        "Content-Length": str(len(head) + size + len(tail)),
    }
    with path.open("rb", buffering=0) as file:
        body = _around(head, file, size, tail)
        with _asked(node, _path("add", (), options), body, headers) as answer:
            return _last(_small(answer))


@contextmanager
def content(node: Node, cid: str, start: int = 0) -> Iterator[Iterator[bytes]]:
    """The bytes of a file from that one on, piece by piece, wherever the node can get them.

    Raises BlobMissing, Unreachable (also while they are read), Refused.
    """
    options = {"offset": str(start)} if start else {}
    with _asked(node, _path("cat", (cid,), options)) as answer:
        yield _pieces(answer)


def _pieces(answer: "HTTPResponse") -> Iterator[bytes]:
    said = answer.getheader("X-Content-Length", "")
    left = int(said) if said.isdecimal() else 0
    while piece := answer.read(CHUNK):
        left -= len(piece)
        yield piece
    if answer.length or left > 0:
        raise Unreachable("the IPFS node broke off in the middle of a file", hint=_RETRY)


def _around(head: bytes, file: BinaryIO, size: int, tail: bytes) -> Iterator[bytes]:
    """Exactly `size` bytes of the file between head and tail."""
    yield head
    while size:
        piece = file.read(min(size, CHUNK))
        if not piece:
            raise WrongContent(f"{file.name} became shorter while it was sent")
        size -= len(piece)
        yield piece
    yield tail


def _path(command: str, arguments: tuple[str, ...], options: dict[str, str]) -> str:
    words = [("arg", argument) for argument in arguments]
    words += [(name.replace("_", "-"), value) for name, value in options.items()]
    return f"/api/v0/{command}?{urlencode(words, quote_via=quote)}"


@contextmanager
def _asked(
    node: Node,
    path: str,
    body: Iterator[bytes] | None = None,
    headers: dict[str, str] | None = None,
) -> Iterator["HTTPResponse"]:
    """The answer, if it is a good one; what goes wrong until it is read is told as ours."""
    from http.client import HTTPException

    parts, own = _checked(node.api), _authorization(node)
    connection = _connection(parts, node.seconds)
    try:
        connection.request(
            "POST", f"{parts.path.rstrip('/')}{path}", body, {**own, **(headers or {})}
        )
        with connection.getresponse() as answer:
            if answer.status != 200:
                raise _complaint(answer, _small(answer))
            yield answer
    except TimeoutError as error:
        raise Unreachable(
            f"the IPFS node at {parts.netloc} gave nothing for {node.seconds:g} seconds",
            hint="it may be looking for a content that no peer has, or be busy",
        ) from error
    except OSError as error:
        raise Unreachable(
            f"the IPFS node at {parts.netloc} cannot be reached: {error.strerror or error}",
            hint=f"is it running? {CONFIGURED}",
        ) from error
    except HTTPException as error:
        raise Unreachable(
            f"the IPFS node at {parts.netloc} broke off, or does not speak HTTP", hint=_RETRY
        ) from error
    finally:
        connection.close()


def _connection(parts: SplitResult, seconds: float) -> "HTTPConnection":
    from http.client import HTTPConnection, HTTPSConnection

    host = str(parts.hostname)
    if parts.scheme == "https":
        return HTTPSConnection(host, parts.port, timeout=seconds)
    return HTTPConnection(host, parts.port, timeout=seconds)


def _authorization(node: Node) -> dict[str, str]:
    if not (node.secret.isascii() and node.secret.isprintable()):
        raise UsageError(
            "the token for the IPFS node is no single line of plain characters",
            hint="adapters.ipfs.key_env names the environment variable that holds it",
        )
    return {"Authorization": node.secret} if node.secret else {}


def _checked(api: str) -> SplitResult:
    try:
        parts = urlsplit(api)
        fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise UsageError("adapters.ipfs.api is no address", hint=CONFIGURED) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not fine:
        raise UsageError("adapters.ipfs.api is no address", hint=CONFIGURED)
    if parts.username is not None:  # it would stand in every message
        raise UsageError(
            "adapters.ipfs.api holds a name and a password",
            hint="a secret stands in the environment, never in an address",
        )
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise PolicyDenied(
            f"files would go to the IPFS node at {parts.hostname} unencrypted",
            hint="use https, or a node of this machine",
        )
    return parts


def _small(answer: "HTTPResponse") -> bytes:
    body = answer.read(_LONGEST)
    if answer.length or len(body) == _LONGEST:
        raise Unreachable("the IPFS node answered far too much, or broke off", hint=_RETRY)
    return body


def _last(body: bytes) -> dict[str, Any]:
    """The last of the JSON objects, one a line."""
    line = body.strip().rpartition(b"\n")[2]
    try:
        found = json.loads(line) if line else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreachable("the IPFS node gave an answer that is no JSON", hint=CONFIGURED)
    return found


def _complaint(answer: "HTTPResponse", body: bytes) -> AnvcsError:
    words = _words(body)
    said = f"the IPFS node said {answer.status}" + (
        f": {cut(safe(words), _SHOWN)}" if words else ""
    )
    if answer.status in _NOT_NOW:
        wait = answer.getheader("Retry-After", "")
        return Unreachable(said, hint=_RETRY, retry_after=float(wait) if wait.isdecimal() else None)
    if answer.status in (401, 403):
        return Refused(
            said, hint="adapters.ipfs.key_env names the environment variable with the node's token"
        )
    if answer.status != 500:
        return Refused(said, hint=CONFIGURED)
    return BlobMissing(said) if _MISSING.search(words) else Unreachable(said, hint=_RETRY)


def _words(body: bytes) -> str:
    try:
        found = json.loads(body)["Message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        found = body.decode(errors="replace")
    return " ".join(str(found).split())

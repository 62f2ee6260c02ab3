"""A relay before a real server that answers well, but for the requests that are to go wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import socket
import struct
from threading import Lock, Thread
import time
from typing import NamedTuple
from urllib.parse import urlsplit

# Answers a request in place of the server.
Fault = Callable[["Handler"], None]
_PAUSE, _EVER = 0.2, 60.0  # seconds; the latter is longer than any client of tests waits
_OF_ONE_HOP = ("connection", "transfer-encoding", "content-length", "date", "server")


class Asked(NamedTuple):
    """A request that came: `PUT`, `/bucket/key?query`, and its headers in small letters."""

    method: str
    target: str
    headers: dict[str, str]


class Relay(ThreadingHTTPServer):
    """asked: every request; hidden: headers that answers lose; skew: seconds its clock is ahead"""

    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.asked: list[Asked] = []
        self.hidden: tuple[str, ...] = ()
        self.skew = 0.0
        self._faults: list[tuple[str, Fault]] = []
        self._lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def next(self, word: str, *faults: Fault) -> None:
        """What happens to the next requests that have this word in `METHOD /target`."""
        self._faults += [(word, fault) for fault in faults]

    def well(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    def fault_for(self, line: str) -> Fault | None:
        with self._lock:
            for entry in self._faults:
                if entry[0] in line:
                    self._faults.remove(entry)
                    return entry[1]
        return None

    def count(self, word: str) -> int:
        """How many requests came that have this word in `METHOD /target`."""
        return sum(word in f"{one.method} {one.target}" for one in self.asked)

    def handle_error(self, request: object, client_address: object) -> None:
        """Those who hang up are what is tested here."""


class Handler(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.command, self.path, headers))
        self.body = self.rfile.read(int(headers.get("content-length", 0)))
        fault = self.server.fault_for(f"{self.command} {self.path}")
        with suppress(OSError):
            (fault or passed_on)(self)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

    def forwarded(self) -> tuple[HTTPResponse, bytes]:
        """The real server's answer."""
        connection = HTTPConnection(self.server.upstream, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "expect":
                connection.putheader(name, value)
        connection.endheaders(self.body)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def reply(self, status: int, headers: dict[str, str], body: bytes, size: int) -> None:
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string(int(time.time() + self.server.skew)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


def passed_on(handler: Handler, most: int | None = None) -> None:
    answer, body = handler.forwarded()
    size = int(answer.getheader("Content-Length") or len(body))
    handler.reply(answer.status, _head(handler, answer), body[:most], size)
    if most is not None:
        handler.close_connection = True


def answers(status: int, code: str = "", **headers: str) -> Fault:
    """An answer of S3's form with this code; headers with `_` for `-`."""
    body = f"<Error><Code>{code}</Code><Message>so it goes</Message></Error>".encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    text = body if code else b""
    return lambda handler: handler.reply(status, named, text, len(text))


def cut_off(most: int) -> Fault:
    """The real answer, but only its first bytes."""
    return lambda handler: passed_on(handler, most)


def reset(handler: Handler) -> None:
    """The connection breaks with a RST."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


def silent(handler: Handler) -> None:
    """Nothing, for longer than a client of tests waits."""
    time.sleep(1.5)
    handler.close_connection = True


def trickling(handler: Handler) -> None:
    """The real answer, a byte at a time."""
    _slowly(handler, 1, _PAUSE)


def hanging(first: int) -> Fault:
    """The head of the real answer and its first bytes, then nothing."""
    return lambda handler: _slowly(handler, first, _EVER)


def of_another_length(more: int) -> Fault:
    """So many bytes more (zeros) than the object has, or fewer, and a Content-Length to match."""

    def answer(handler: Handler) -> None:
        answer, body = handler.forwarded()
        body = body + bytes(more) if more > 0 else body[:more]
        handler.reply(answer.status, _head(handler, answer), body, len(body))

    return answer


def without_length(handler: Handler) -> None:
    """The real answer, which ends with the connection (RFC 9112, 6.3)."""
    answer, body = handler.forwarded()
    handler.send_response_only(answer.status)
    for name, value in _head(handler, answer).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = True


def _slowly(handler: Handler, at_once: int, pause: float) -> None:
    answer, body = handler.forwarded()
    handler.reply(answer.status, _head(handler, answer), b"", len(body))
    handler.close_connection = True
    end = time.monotonic() + _EVER
    while body and time.monotonic() < end:
        handler.wfile.write(body[:at_once])
        handler.wfile.flush()
        body = body[at_once:]
        time.sleep(pause)


def _head(handler: Handler, answer: HTTPResponse) -> dict[str, str]:
    hidden = (*_OF_ONE_HOP, *handler.server.hidden)
    return {n: v for n, v in answer.getheaders() if n.lower() not in hidden}


@contextmanager
def before(upstream: str) -> Iterator[Relay]:
    """The relay as long as the block."""
    relay = Relay(upstream)
    thread = Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        relay.shutdown()
        relay.server_close()
        thread.join()

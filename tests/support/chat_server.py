"""A server on this machine that speaks chat completions: well, badly, slowly or with malice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from threading import Thread
import time
from typing import Any

# Answers one request by writing to it.
Behaviour = Callable[["Handler"], None]


class Server(ThreadingHTTPServer):
    """asked: what was received, as (headers, body)."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour
        self.asked: list[tuple[dict[str, str], dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested here."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((dict(self.headers), json.loads(body)))
        if self.path != "/v1/chat/completions":
            self.reply(b"no such path", 404)
            return
        with suppress(OSError):
            self.server.behaviour(self)

    def reply(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


def completion(text: object) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


def says(text: object) -> Behaviour:
    """Answers every question with this text."""
    return lambda handler: handler.reply(completion(text))


def raw(body: bytes, status: int = 200) -> Behaviour:
    return lambda handler: handler.reply(body, status)


def slowly(handler: Handler) -> None:
    """One byte after the other, each in time, the whole never."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def silent(_handler: Handler) -> None:
    time.sleep(3)


def slow_head(handler: Handler) -> None:
    """The same in the headers."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(60):
        handler.wfile.write(b"X-%d: 1\r\n" % number)
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(4096):
        handler.wfile.write(b"x" * (1 << 16))


def cut_off(handler: Handler) -> None:
    body = completion("never whole")
    handler.send_response(200)
    handler.send_header("Content-Length", str(2 * len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"\x16\x03\x01\x02\x00 this is not HTTP\r\n\r\n")


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Server]:
    """The server as long as the block."""
    server = Server(behaviour)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

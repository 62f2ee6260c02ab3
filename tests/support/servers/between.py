"""A server between a client and a real one: it passes on, or does what a test wants it to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

# Answers one request; `handler.passed_on()` is what the real server says to it.
Behaviour = Callable[["Handler"], None]


class Between(ThreadingHTTPServer):
    """asked: the paths that were asked for, without what follows `?`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, real: str, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.real = urlsplit(real).netloc
        self.behaviour = behaviour
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested here."""


class Handler(BaseHTTPRequestHandler):
    server: Between

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.path.partition("?")[0])
        with suppress(OSError):
            self.server.behaviour(self)

    def passed_on(self, path: str | None = None) -> tuple[int, bytes]:
        """Status and body of the real server's answer."""
        connection = HTTPConnection(self.server.real, timeout=30)
        wanted = {k: v for k, v in self.headers.items() if k in ("Content-Type", "Authorization")}
        try:
            connection.request("POST", path or self.path, self.body, wanted)
            with connection.getresponse() as answer:
                return answer.status, answer.read()
        finally:
            connection.close()

    def reply(self, status: int, body: bytes, *, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


def honest(handler: Handler) -> None:
    handler.reply(*handler.passed_on())


@contextmanager
def between(real: str, behaviour: Behaviour = honest) -> Iterator[Between]:
    """The server as long as the block."""
    server = Between(real, behaviour)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

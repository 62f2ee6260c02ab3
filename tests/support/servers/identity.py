"""An OpenID Connect issuer, as far as a token service asks one: its keys, and tokens of it."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from threading import Thread
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

AUDIENCE = "anvcs-tests"


class Issuer:
    """The issuer. url: where it is; its keys are at `/keys`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def keys(self) -> bytes:
        """What anyone may know (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1"}
        key |= {"n": _number(numbers.n), "e": _number(numbers.e)}
        return json.dumps({"keys": [key]}).encode()

    def token(self, *, seconds: int = 600, audience: str = AUDIENCE, forged: bool = False) -> str:
        """A token for the subject `ci` (RFC 7519). forged: signed by somebody else"""
        now = int(time.time())
        claims = {"iss": self.url, "sub": "ci", "aud": audience, "iat": now, "exp": now + seconds}
        head = {"alg": "RS256", "typ": "JWT", "kid": "1"}
        text = ".".join(_coded(json.dumps(part).encode()) for part in (head, claims))
        key = self._key
        if forged:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        signed = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_coded(signed)}"


@contextmanager
def serving() -> Iterator[Issuer]:
    """The issuer as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = issuer.keys()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _number(value: int) -> str:
    return _coded(value.to_bytes((value.bit_length() + 7) // 8))


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()

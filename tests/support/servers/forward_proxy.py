"""An HTTP proxy that asks for a password: the package proxy.py, in a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import socket
import subprocess
import sys
import time
from typing import NamedTuple

from tests.support.servers import ending
from tests.support.servers.ports import free_ports

_PATIENCE = 30.0


class Forwarding(NamedTuple):
    """A proxy that runs. url: with user and password"""

    url: str
    log: Path

    def heard(self, word: str) -> bool:
        """Whether it tells, before long, of a connection with this word."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if word in self.log.read_text():
                return True
            time.sleep(0.02)
        return False


@contextmanager
def serving(folder: Path) -> Iterator[Forwarding]:
    """The proxy as long as the block."""
    port = free_ports(1)[0]
    log = folder / "proxy.log"
    log.touch()
    server = subprocess.Popen(
        [
            *ending.with_us(),
            *(sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", str(port)),
            *("--num-workers", "1", "--num-acceptors", "1", "--log-file", str(log)),
            *("--basic-auth", "user:pass"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=folder,
    )
    try:
        _wait(port, server)
        yield Forwarding(f"http://user:pass@127.0.0.1:{port}", log)
    finally:
        ending.killed(server)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("proxy.py did not start")

"""Servers end with the tests that started them, however those end."""

import os
import shutil
import signal
import subprocess


def with_us() -> list[str]:
    """Words before a command: where the system can, it dies with who started it (setpriv(1))."""
    return ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []


def killed(server: "subprocess.Popen[bytes]") -> None:
    """End a server that has a session of its own, and all it has started."""
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()

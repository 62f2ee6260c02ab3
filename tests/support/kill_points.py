"""Runs a program and kills it (-9) just before the N-th of its writes below a folder.

    python -m tests.support.kill_points FOLDER N -- PROGRAM WORDS...

By ptrace(2), so that every system call that writes is a point: of Python, of SQLite, of anything
the program has loaded; not those of programs it starts. N is 0: nothing is killed, and the points
are counted. The last line on standard error is JSON: how many points were passed, and at which
call the program was killed.
"""

import ctypes
import json
import os
from pathlib import Path
import platform
import signal
import struct
import subprocess
import sys
from typing import NamedTuple

_TRACEME, _SYSCALL, _SETOPTIONS, _SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_OPTIONS = 1 | 1 << 20  # PTRACE_O_TRACESYSGOOD, PTRACE_O_EXITKILL
_ENTRY = 1
_AT_CALL = signal.SIGTRAP | 0x80

# Calls with a file descriptor; then those with paths, which are few and count wherever they lead.
_NUMBERS = {
    "x86_64": {
        1: "write", 18: "pwrite64", 20: "writev", 74: "fsync", 75: "fdatasync", 77: "ftruncate",
        76: "truncate", 82: "rename", 83: "mkdir", 84: "rmdir", 86: "link", 87: "unlink",
        88: "symlink", 90: "chmod", 91: "fchmod", 257: "openat", 258: "mkdirat", 263: "unlinkat",
        264: "renameat", 265: "linkat", 266: "symlinkat", 316: "renameat2",
    },
    "aarch64": {
        64: "write", 68: "pwrite64", 66: "writev", 82: "fsync", 83: "fdatasync", 46: "ftruncate",
        45: "truncate", 52: "fchmod", 53: "fchmodat", 56: "openat", 34: "mkdirat", 35: "unlinkat",
        38: "renameat", 37: "linkat", 36: "symlinkat", 276: "renameat2",
    },
}  # fmt: skip
_BY_DESCRIPTOR = ("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fchmod")
_CREATE = os.O_CREAT

WORKS_HERE = sys.platform == "linux" and platform.machine() in _NUMBERS


class Ended(NamedTuple):
    """points: how many writes began; at: the one that was not made, empty if the program ended"""

    points: int
    at: str
    code: int


def traced(argv: list[str], folder: Path, kill_at: int, env: dict[str, str], cwd: Path) -> Ended:
    """Run the program under this tracer, in a process of its own. What it prints is dropped."""
    words = (sys.executable, "-m", "tests.support.kill_points", str(folder), str(kill_at), "--")
    project = str(Path(__file__).parents[2])
    done = subprocess.run(
        (*words, *argv), cwd=cwd, capture_output=True, check=False, timeout=300,
        env={**env, "PYTHONPATH": project, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    lines = done.stderr.decode(errors="replace").splitlines()
    assert lines, "the tracer said nothing"
    points, at = json.loads(lines[-1])
    return Ended(points, at, done.returncode)


class _Tracer:
    def __init__(self, folder: str, kill_at: int) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.ptrace.argtypes = [ctypes.c_long] * 2 + [ctypes.c_void_p] * 2
        self._libc.ptrace.restype = ctypes.c_long
        self._numbers = _NUMBERS[platform.machine()]
        self._folder, self._kill_at = folder, kill_at
        self.points, self.at = 0, ""

    def run(self, argv: list[str]) -> int:
        # There are no other threads here.
        child = subprocess.Popen(argv, preexec_fn=lambda: self._ptrace(_TRACEME, 0))  # noqa: PLW1509
        _, status = os.waitpid(child.pid, 0)
        self._ptrace(_SETOPTIONS, child.pid, 0, _OPTIONS)
        heard = 0
        while True:
            self._ptrace(_SYSCALL, child.pid, 0, heard)
            _, status = os.waitpid(child.pid, 0)
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                child.returncode = os.waitstatus_to_exitcode(status)
                return child.returncode
            stopped = os.WSTOPSIG(status)
            heard = 0 if stopped in (_AT_CALL, signal.SIGTRAP) else stopped
            if stopped == _AT_CALL and (name := self._write(child.pid)):
                self.points += 1
                if self.points == self._kill_at:
                    self.at = name
                    os.kill(child.pid, signal.SIGKILL)

    def _write(self, pid: int) -> str:
        """The name of the call that is about to write something; empty for any other."""
        info = ctypes.create_string_buffer(88)
        self._ptrace(_SYSCALL_INFO, pid, len(info), ctypes.addressof(info))
        if info.raw[0] != _ENTRY:
            return ""
        number, *words = struct.unpack_from("=7Q", info.raw, 24)
        name = self._numbers.get(number, "")
        if name in _BY_DESCRIPTOR:
            try:
                place = Path(f"/proc/{pid}/fd/{words[0]}").readlink()
            except OSError:
                return ""
            return f"{name} {place.name}" if str(place).startswith(self._folder) else ""
        if name == "openat" and not words[2] & _CREATE:
            return ""
        return name

    def _ptrace(self, request: int, pid: int, address: int = 0, data: int = 0) -> None:
        if self._libc.ptrace(request, pid, address, data) < 0 and request != _SYSCALL:
            raise OSError(ctypes.get_errno(), "ptrace")


def main() -> int:
    folder, kill_at, _, *argv = sys.argv[1:]
    tracer = _Tracer(folder, int(kill_at))
    code = tracer.run(argv)
    print("\n" + json.dumps([tracer.points, tracer.at]), file=sys.stderr)
    return abs(code)


if __name__ == "__main__":
    raise SystemExit(main())

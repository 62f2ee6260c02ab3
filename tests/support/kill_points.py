"""Runs a program and kills it (-9) just before the N-th of its writes below a folder.

    python -m tests.support.kill_points FOLDER N [PROGRAMS] -- PROGRAM WORDS...

By ptrace(2), so that every system call that writes is a point: of Python, of SQLite, of anything
the program has loaded; not those of its threads, nor of programs it starts. With PROGRAMS (words
that stand in the command lines of some, such as `git-ai-blob,git-anvcs`) it is otherwise: points
are what those write wherever the program or what it starts has started them, with all threads, and
also what they send into pipes and sockets; the one at whose point it is is killed, and all others
go on. N is 0: nothing is killed, and the points are counted. The last line on standard error is
JSON: how many points were passed, and at which call the program was killed.
"""

from collections.abc import Sequence
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
_CONT = 7
_OPTIONS = 1 | 1 << 20  # PTRACE_O_TRACESYSGOOD, PTRACE_O_EXITKILL
_FOLLOW = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4  # PTRACE_O_TRACE{FORK,VFORK,CLONE,EXEC}
_EVENT_EXEC = 4
_EVERY_THREAD = 0x40000000  # __WALL
_ENTRY = 1
_AT_CALL = signal.SIGTRAP | 0x80

# Calls with a file descriptor; then those with paths, which are few and count wherever they lead.
_NUMBERS = {
    "x86_64": {
        1: "write", 18: "pwrite64", 20: "writev", 74: "fsync", 75: "fdatasync", 77: "ftruncate",
        76: "truncate", 82: "rename", 83: "mkdir", 84: "rmdir", 86: "link", 87: "unlink",
        88: "symlink", 90: "chmod", 91: "fchmod", 257: "openat", 258: "mkdirat", 263: "unlinkat",
        264: "renameat", 265: "linkat", 266: "symlinkat", 316: "renameat2",
        44: "sendto", 46: "sendmsg", 326: "copy_file_range",
    },
    "aarch64": {
        64: "write", 68: "pwrite64", 66: "writev", 82: "fsync", 83: "fdatasync", 46: "ftruncate",
        45: "truncate", 52: "fchmod", 53: "fchmodat", 56: "openat", 34: "mkdirat", 35: "unlinkat",
        38: "renameat", 37: "linkat", 36: "symlinkat", 276: "renameat2",
        206: "sendto", 211: "sendmsg", 285: "copy_file_range",
    },
}  # fmt: skip
_BY_DESCRIPTOR = ("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fchmod")
_SENT = ("write", "writev", "sendto", "sendmsg")
_CREATE = os.O_CREAT

WORKS_HERE = sys.platform == "linux" and platform.machine() in _NUMBERS


class Ended(NamedTuple):
    """points: how many writes began; at: the one that was not made, empty if the program ended"""

    points: int
    at: str
    code: int


def traced(
    argv: list[str],
    folder: Path,
    kill_at: int,
    env: dict[str, str],
    cwd: Path,
    programs: Sequence[str] = (),
) -> Ended:
    """Run the program under this tracer, in a process of its own. What it prints is dropped."""
    words = [sys.executable, "-m", "tests.support.kill_points", str(folder), str(kill_at)]
    words += [",".join(programs)] if programs else []
    project = str(Path(__file__).parents[2])
    done = subprocess.run(
        (*words, "--", *argv), cwd=cwd, capture_output=True, check=False, timeout=300,
        env={**env, "PYTHONPATH": project, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    lines = done.stderr.decode(errors="replace").splitlines()
    assert lines, "the tracer said nothing"
    points, at = json.loads(lines[-1])
    return Ended(points, at, done.returncode)


class _Tracer:
    """programs: words of those that are looked at; none: the first thread of the program alone"""

    def __init__(self, folder: str, kill_at: int, programs: Sequence[str]) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.ptrace.argtypes = [ctypes.c_long] * 2 + [ctypes.c_void_p] * 2
        self._libc.ptrace.restype = ctypes.c_long
        self._numbers = _NUMBERS[platform.machine()]
        self._folder, self._kill_at = folder, kill_at
        self._programs = [word.encode() for word in programs]
        self._looked_at: dict[int, bool] = {}  # by thread
        self.points, self.at = 0, ""

    def run(self, argv: list[str]) -> int:
        # There are no other threads here.
        child = subprocess.Popen(argv, preexec_fn=lambda: self._ptrace(_TRACEME, 0))  # noqa: PLW1509
        _, status = os.waitpid(child.pid, 0)
        options = _OPTIONS | (_FOLLOW if self._programs else 0)
        self._ptrace(_SETOPTIONS, child.pid, 0, options)
        self._looked_at[child.pid] = self._is_ours(child.pid)
        pid, heard = child.pid, 0
        while True:
            self._ptrace(_SYSCALL if self._looked_at.get(pid) else _CONT, pid, 0, heard)
            pid, status, heard = self._next()
            if not pid:
                return child.returncode
            if pid == child.pid and (os.WIFEXITED(status) or os.WIFSIGNALED(status)):
                child.returncode = os.waitstatus_to_exitcode(status)

    def _next(self) -> tuple[int, int, int]:
        """Thread, status and the signal that it is to hear, if any; no thread: all have ended."""
        try:
            pid, status = os.waitpid(-1, _EVERY_THREAD)
        except ChildProcessError:
            return 0, 0, 0
        if not os.WIFSTOPPED(status):
            self._looked_at.pop(pid, None)
            return pid, status, 0
        stopped, event = os.WSTOPSIG(status), status >> 16
        if pid not in self._looked_at:  # its first stop
            self._looked_at[pid] = self._is_ours(pid)
            return pid, status, 0
        if event == _EVENT_EXEC:
            self._looked_at[pid] = self._is_ours(pid)
        if stopped == _AT_CALL and (name := self._write(pid)):
            self.points += 1
            if self.points == self._kill_at:
                self.at = name
                os.kill(pid, signal.SIGKILL)
        return pid, status, 0 if event or stopped in (_AT_CALL, signal.SIGTRAP) else stopped

    def _is_ours(self, pid: int) -> bool:
        if not self._programs:
            return True
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        python = words[0].rpartition(b"/")[2].startswith(b"python")
        return python and any(one in word for one in self._programs for word in words[1:6])

    def _write(self, pid: int) -> str:
        """The name of the call that is about to write something; empty for any other."""
        info = ctypes.create_string_buffer(88)
        self._ptrace(_SYSCALL_INFO, pid, len(info), ctypes.addressof(info))
        if info.raw[0] != _ENTRY:
            return ""
        number, *words = struct.unpack_from("=7Q", info.raw, 24)
        name = self._numbers.get(number, "")
        if name in (*_BY_DESCRIPTOR, *_SENT, "copy_file_range"):
            return self._to(pid, name, words[2 if name == "copy_file_range" else 0])
        if name == "openat" and not words[2] & _CREATE:
            return ""
        return name

    def _to(self, pid: int, name: str, descriptor: int) -> str:
        """With what it writes to, if that counts."""
        try:
            place = Path(f"/proc/{pid}/fd/{descriptor}").readlink()
        except OSError:
            return ""
        if self._programs and name in _SENT and str(place).startswith(("pipe:", "socket:")):
            return f"{name} {str(place).partition(':')[0]}"
        return f"{name} {place.name}" if str(place).startswith(self._folder) else ""

    def _ptrace(self, request: int, pid: int, address: int = 0, data: int = 0) -> None:
        done = self._libc.ptrace(request, pid, address, data)
        if done < 0 and request not in (_SYSCALL, _CONT):
            raise OSError(ctypes.get_errno(), "ptrace")


def main() -> int:
    at = sys.argv.index("--")
    folder, kill_at, *programs = sys.argv[1:at]
    named = programs[0].split(",") if programs else []
    tracer = _Tracer(folder, int(kill_at), named)
    code = tracer.run(sys.argv[at + 1 :])
    print("\n" + json.dumps([tracer.points, tracer.at]), file=sys.stderr)
    return abs(code)


if __name__ == "__main__":
    raise SystemExit(main())

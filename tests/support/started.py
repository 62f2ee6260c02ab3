"""git-anvcs without its start: a process that has read its modules forks itself for each command.

Each command is a process of its own, with the folder, the variables and the three streams that it
would have; only what Python and a hundred imports cost is paid once. conftest.py says which tests
do so. All others run what is installed, and so does all that Git starts: hooks and drivers.
"""

import atexit
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import TextIOWrapper
import json
import os
from pathlib import Path
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import NoReturn

PROGRAM = Path(sys.executable).with_name("git-anvcs")
# What Python reads when it starts; a command that is given another one starts for itself.
AT_START = {"LC_ALL": "C.UTF-8"}
_READ_AT_START = ("PYTHON", "COVERAGE", "LD_", "LC_", "LANG")
# Large libraries, read by few commands; and programs of their own.
_LEFT_OUT = (
    "git_anvcs.blobs.media",
    "git_anvcs.blobs.reader",
    "git_anvcs.blobs.s3",
    "git_anvcs.blobs.tables",
    "git_anvcs.drivers",
    "git_anvcs.flows.demo",
    "git_anvcs.viewer",
)
_MOST = 1 << 16  # bytes of a command with its variables

# Not before a test says so; never where this variable is set.
INSTALLED = "ANVCS_TEST_INSTALLED"
_allowed = False


def allow(*, forked: bool) -> None:
    """Whether commands may be forked from now on."""
    global _allowed  # noqa: PLW0603 # one switch for all sandboxes
    _allowed = forked and not os.environ.get(INSTALLED)


def may_run(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> bool:
    """Whether this would be the same as starting it. argv: begins with a path."""
    if not _allowed or Path(argv[0]).resolve() != PROGRAM or not cwd.is_dir():
        return False
    if sum(map(len, [*argv, *env, *env.values()])) > _MOST // 8:  # characters, escaped in JSON
        return False
    told = {name: value for name, value in env.items() if name.startswith(_READ_AT_START)}
    return told == AT_START


class Starter:
    """The process that forks, and what asks it to."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            env = {"PATH": os.environ["PATH"], "TZ": "UTC", **AT_START}
            argv = (sys.executable, "-P", __file__, str(theirs.fileno()))
            self._process = subprocess.Popen(
                argv, env=env, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )
        self._socket = ours
        self._asking = threading.Lock()
        atexit.register(self._close)

    def _close(self) -> None:
        self._socket.close()
        self._process.wait()

    def run(
        self, argv: tuple[str, ...], cwd: Path, env: Mapping[str, str], stdin: bytes, timeout: float
    ) -> tuple[int, bytes, bytes]:
        """Exit code, standard output, standard error. Raises subprocess.TimeoutExpired."""
        (its_in, to), (out, its_out), (err, its_err), (end, its_end) = (os.pipe() for _ in range(4))
        wish = json.dumps({"argv": argv, "cwd": os.fspath(cwd), "env": dict(env)})
        theirs = [its_in, its_out, its_err, its_end]
        try:
            with self._asking:
                socket.send_fds(self._socket, [wish.encode()], theirs)
        finally:
            for one in theirs:
                os.close(one)
        said = _talk(to, stdin, [out, err, end], time.monotonic() + timeout)
        if said is None:
            raise subprocess.TimeoutExpired(argv, timeout)
        return int(said[2].split()[1]), said[0], said[1]


@cache
def starter() -> Starter:
    """The one of this process."""
    return Starter()


def _talk(to: int, stdin: bytes, sources: list[int], deadline: float) -> list[bytes] | None:
    """Write all and read all; None when it takes too long, then what was started is ended.

    The last source says first which process it is.
    """
    found = {source: bytearray() for source in sources}
    os.set_blocking(to, False)
    left = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        for source in sources:
            selector.register(source, selectors.EVENT_READ)
        selector.register(to, selectors.EVENT_WRITE)
        while selector.get_map():
            ready = selector.select(max(deadline - time.monotonic(), 0))
            if not ready and time.monotonic() > deadline:
                pid = found[sources[-1]] or os.read(sources[-1], 1 << 5)
                os.kill(int(pid.split()[0]), signal.SIGKILL)
                for one in list(selector.get_map()):
                    os.close(one)
                return None
            for key, _ in ready:
                if key.fd == to:
                    left = _written(to, left)
                    more = bool(left)
                else:
                    read = os.read(key.fd, 1 << 16)
                    found[key.fd] += read
                    more = bool(read)
                if not more:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return [bytes(text) for text in found.values()]


def _written(to: int, left: memoryview) -> memoryview:
    """What is still to be written; nothing when nobody reads."""
    try:
        return left[os.write(to, left[: 1 << 16]) :] if left else left
    except BrokenPipeError:
        return left[:0]


def serve(control: socket.socket) -> None:
    """Fork for each wish, and say of each process its number, and how it ended."""
    ends: dict[int, int] = {}
    awake, wake = os.pipe()
    for one in (awake, wake):
        os.set_blocking(one, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(awake, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == awake:
                    with suppress(BlockingIOError):
                        os.read(awake, 1 << 12)
                    _say_who_ended(ends)
                    continue
                wish, fds, _, _ = socket.recv_fds(control, _MOST, 4)
                if not wish:
                    return
                pid = os.fork()
                if pid == 0:
                    _become(json.loads(wish), fds)
                for one in fds[:3]:
                    os.close(one)
                os.write(fds[3], b"%d " % pid)
                ends[pid] = fds[3]


def _say_who_ended(ends: dict[int, int]) -> None:
    while ends:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with suppress(BrokenPipeError):
            os.write(ends[pid], b"%d" % os.waitstatus_to_exitcode(status))
        os.close(ends.pop(pid))


def _become(wish: dict[str, object], fds: list[int]) -> NoReturn:
    """Be the command that was wished for."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, one in enumerate(fds[:3]):
        os.dup2(one, number)
    os.closerange(3, 1 << 10)
    sys.stdin, sys.stdout, sys.stderr = _streams()
    code = 70
    try:
        os.chdir(str(wish["cwd"]))
        os.environ.clear()
        os.environ.update(wish["env"])  # type: ignore[arg-type]
        time.tzset()
        sys.argv = list(wish["argv"])  # type: ignore[call-overload]
        code = _code_of_main()
    finally:
        # As Python ends, but for taking a thousand modules apart.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _streams() -> Iterator[TextIOWrapper]:
    """The three streams as Python makes them in this locale."""
    for number, mode, errors in ((0, "rb", ""), (1, "wb", ""), (2, "wb", "backslashreplace")):
        below = open(number, mode, closefd=False)  # noqa: SIM115 # open as long as we are
        how = {"errors": errors or "surrogateescape", "line_buffering": number == 2}
        yield TextIOWrapper(below, encoding="utf-8", **how)


def _code_of_main() -> int:
    from git_anvcs.cli.start import main

    try:
        return main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except BaseException:  # noqa: BLE001 # as Python says what nobody caught
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        return 1


def _read_modules() -> None:
    import gc
    import importlib
    import pkgutil

    import git_anvcs

    def walk(package: str, path: list[str]) -> None:
        for found in pkgutil.iter_modules(path, f"{package}."):
            if found.name.startswith(_LEFT_OUT):
                continue
            module = importlib.import_module(found.name)
            if found.ispkg:
                walk(found.name, list(module.__path__))

    walk("git_anvcs", list(git_anvcs.__path__))
    gc.freeze()


if __name__ == "__main__":
    _read_modules()
    serve(socket.socket(fileno=int(sys.argv[1])))
